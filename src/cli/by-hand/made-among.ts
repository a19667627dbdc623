/** Which containers were made by hand. */
import { readActive } from "../../apply/current.ts";
import type { ContainerPart } from "../../compile/index.ts";
import { StowageError } from "../../error.ts";
import type { Layout } from "../../store/layout.ts";

/** Of these names, those of containers that were made by hand. */
export function madeAmong(layout: Layout, names: readonly string[]): ContainerPart[] {
  const containers = readActive(layout)?.generation.containers ?? {};
  return names
    .flatMap((name) => (Object.hasOwn(containers, name) ? (containers[name] ?? []) : []))
    .filter(({ made }) => made === true);
}

/** One that was made by hand when it was asked for. @throws StowageError `declared`, `unknown-container` */
export function stillMade(layout: Layout, name: string): ContainerPart {
  const [part] = madeAmong(layout, [name]);
  if (part !== undefined) return part;
  const isThere = Object.hasOwn(readActive(layout)?.generation.containers ?? {}, name);
  throw new StowageError(
    isThere
      ? {
          code: "declared",
          message: `container ${name} is no longer made by hand: host.ts declares it`,
          hint: "change it in host.ts, and run `stowage switch`",
        }
      : { code: "unknown-container", message: `container ${name} is not there any more` },
  );
}
