/** The root of an ephemeral container, anew at every start. */
import { type Layout, storePath } from "../../store/layout.ts";
import type { Exec } from "../../units/index.ts";
import { isShifted, type SystemContainer } from "./container.ts";
import { declaredDir, rootDir, rootDirs, treeDir } from "./paths.ts";
import { quietly } from "./quietly.ts";

const install = ["/usr/bin/install", "-d", "-m"];
const copy = ["/usr/bin/cp", "-a", "--reflink=auto", "--remove-destination"];

/**
 * Skeleton, seed, then what is declared. Its machine-id is empty: a missing one would mean a first boot to the init
 * inside.
 */
export function seedCommands(layout: Layout, container: SystemContainer): Exec[] {
  const root = rootDir(layout, container);
  const dirs = ["", "/usr/lib", ...rootDirs.filter((dir) => dir !== "usr").map((dir) => `/${dir}`)];
  const { made, copies } = contents(layout, container, root);
  return [
    { exec: [...install, "0755", ...dirs.map((dir) => `${root}${dir}`), ...made] },
    ...copies,
    // Without an os-release systemd-nspawn refuses the directory; it is hidden by the bind of /usr.
    { exec: ["/usr/bin/touch", `${root}/usr/lib/os-release`, `${root}/etc/machine-id`] },
    { exec: ["/usr/bin/ln", "-sf", ...usrLinks, `${root}/`] },
  ];
}

function contents(
  layout: Layout,
  container: SystemContainer,
  root: string,
): { made: readonly string[]; copies: Exec[] } {
  const { system } = container;
  const tree = treeDir(layout, container);
  if (system.kind === "path") return { made: [], copies: treeCopies(tree, root) };
  const toplevel = storePath(layout, system.toplevel);
  const seed = [
    { exec: [...copy, `${tree}/seed/.`, `${root}/`] },
    { exec: [...copy, `${toplevel}/root/.`, `${root}/`] },
  ];
  if (isShifted(container)) return { made: [], copies: seed };
  const declared = `${declaredDir(layout, container)}/current`;
  return { made: [declared], copies: [...seed, { exec: [...copy, `${toplevel}/.`, `${declared}/`] }] };
}

/** As a lasting root is begun; a tree need not have all of it, and what it lacks is no news. */
function treeCopies(tree: string, root: string): Exec[] {
  const further = ["root", "home", "srv", "opt", "mnt", "media"].map((dir) => `${tree}/${dir}`);
  return [
    // With `/.`: a link in the tree's place must not become one in the root's.
    { exec: [...copy, `${tree}/etc/.`, `${root}/etc/`] },
    { exec: [...copy, `${tree}/var/.`, `${root}/var/`], ignoreFailure: true },
    quietly([...copy, ...further, `${root}/`]),
  ];
}

/** Links at the top of a merged /usr. Where the tree has no lib64, that one leads nowhere and harms nobody. */
const usrLinks = ["usr/bin", "usr/sbin", "usr/lib", "usr/lib64"];
