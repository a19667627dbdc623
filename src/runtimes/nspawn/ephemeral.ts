/** The root of an ephemeral container, anew at every start. */
import { type Layout, storePath } from "../../store/layout.ts";
import { isShifted, type SystemContainer } from "./container.ts";
import { declaredDir, rootDir, rootDirs, treeDir } from "./paths.ts";

const install = ["/usr/bin/install", "-d", "-m"];
const copy = ["/usr/bin/cp", "-a", "--reflink=auto", "--remove-destination"];

/**
 * Skeleton, seed, then what is declared. Its machine-id is empty: a missing one would mean a first boot to the init
 * inside.
 */
export function seedCommands(layout: Layout, container: SystemContainer): string[][] {
  const root = rootDir(layout, container);
  const dirs = ["", "/usr/lib", ...rootDirs.filter((dir) => dir !== "usr").map((dir) => `/${dir}`)];
  const { made, copies } = contents(layout, container, root);
  return [
    [...install, "0755", ...dirs.map((dir) => `${root}${dir}`), ...made],
    ...copies,
    // Without an os-release systemd-nspawn refuses the directory; it is hidden by the bind of /usr.
    ["/usr/bin/touch", `${root}/usr/lib/os-release`, `${root}/etc/machine-id`],
    ["/usr/bin/ln", "-sf", ...usrLinks, `${root}/`],
  ];
}

function contents(
  layout: Layout,
  container: SystemContainer,
  root: string,
): { made: readonly string[]; copies: string[][] } {
  const { system } = container;
  const tree = treeDir(layout, container);
  if (system.kind === "path") {
    // With `/.`: a link in the tree's place must not become one in the root's.
    return { made: [], copies: ["etc", "var"].map((dir) => [...copy, `${tree}/${dir}/.`, `${root}/${dir}/`]) };
  }
  const toplevel = storePath(layout, system.toplevel);
  const seed = [
    [...copy, `${tree}/seed/.`, `${root}/`],
    [...copy, `${toplevel}/root/.`, `${root}/`],
  ];
  if (isShifted(container)) return { made: [], copies: seed };
  const declared = `${declaredDir(layout, container)}/current`;
  return { made: [declared], copies: [...seed, [...copy, `${toplevel}/.`, `${declared}/`]] };
}

/** Links at the top of a merged /usr. Where the tree has no lib64, that one leads nowhere and harms nobody. */
const usrLinks = ["usr/bin", "usr/sbin", "usr/lib", "usr/lib64"];
