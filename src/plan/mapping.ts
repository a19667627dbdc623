/** Bind mounts whose owners cannot be mapped: systemd-nspawn would say "Failed to map ids", and not of what, nor why. */
import type { Generation } from "../compile/generation.ts";
import type { Problem } from "../error.ts";
import type { Layout } from "../store/layout.ts";
import type { Observed, ObservedMount } from "./plan.ts";

export function unmappableBinds(next: Generation, { unmappable = {} }: Observed, layout: Layout): Problem[] {
  return Object.values(next.containers).flatMap(({ name, mapped }) =>
    mapped.flatMap((path) => {
      const mount = unmappable[path];
      if (mount === undefined) return [];
      if (!isBelow(mount, path)) return [onItself(name, path, mount, layout)];
      // Of what is below the state directory only some is a container's, and then has a path of its own.
      return path === layout.state ? [] : [below(name, path, mount)];
    }),
  );
}

const isBelow = ({ point }: ObservedMount, path: string): boolean => point.startsWith(path === "/" ? "/" : `${path}/`);
const why = "the container has users of its own, and owners are to be the same inside and on the host";

function onItself(name: string, path: string, { point, type }: ObservedMount, layout: Layout): Problem {
  return {
    code: "cannot-map-owners",
    message: `container ${name} cannot have ${path}: it is on ${type}, mounted at ${point}, which cannot map owners`,
    details: [why],
    hint:
      path === layout.state
        ? 'keep it on ext4, xfs or btrfs, or trust the container with privateUsers = "no"'
        : "keep it on ext4, xfs or btrfs, or set idmap = false for the bind mount: all of it is nobody's inside then",
  };
}

function below(name: string, path: string, { point, type }: ObservedMount): Problem {
  return {
    code: "cannot-map-owners",
    message: `container ${name} cannot have ${path}: there is another mount below it, ${type} at ${point}`,
    details: [why, "systemd-nspawn maps the owners of one mount, and not of a tree of them"],
    hint: "bind what it needs of it one by one, or set idmap = false: all of it is nobody's inside then",
  };
}
