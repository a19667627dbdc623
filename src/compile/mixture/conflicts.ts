/** What keeps one container from being as it was while all else is as it is. */
import type { Problem } from "../../error.ts";
import type { AcrossContainers } from "../across.ts";
import { checkAcross } from "../checks/index.ts";
import { foreignWriting, plantableParts } from "../plantable.ts";
import { Problems } from "../problems.ts";

export interface Mixed {
  readonly now: AcrossContainers;
  readonly former: AcrossContainers;
  readonly mixed: AcrossContainers;
  /** The container that is as in the former one. */
  readonly name: string;
}

/** By the checks of every configuration: what they find in the mixture, and not in what is there already. */
export function conflicts({ now, former, mixed, name }: Mixed): Problem[] {
  const known = new Set(problemsOf(now).map(({ message }) => message));
  return [
    ...problemsOf(mixed).filter(({ message }) => !known.has(message)),
    ...unguarded({ now, former, mixed, name }),
  ];
}

function problemsOf(config: AcrossContainers): readonly Problem[] {
  const problems = new Problems(() => []);
  checkAcross(config, problems);
  return problems.all();
}

/**
 * Where a container may write, another one's bind mounts may begin: that one's unit looks for links that were planted
 * there. A unit that was made without knowing of the writer does not look.
 */
function unguarded({ now, former, mixed, name }: Mixed): Problem[] {
  const containers = Object.keys(mixed.containers);
  const lacks = containers.some((one) => {
    const before = one === name ? former : now;
    return Object.values(mixed.containers[one]?.bindMounts ?? {}).some(({ mountPoint, hostPath }) => {
      const guarded = plantableParts(hostPath ?? mountPoint, before);
      return plantableParts(hostPath ?? mountPoint, mixed).some((path) => !guarded.includes(path));
    });
  });
  if (!lacks) return [];
  return containers.flatMap((writer) => {
    const known = foreignWriting(writer, writer === name ? former : now);
    const reasons = foreignWriting(writer, mixed).filter((reason) => !known.includes(reason));
    return reasons.map((reason) => ({
      code: "unguarded-source",
      message: `of container ${writer}: ${reason}`,
      details: ["a unit that was made without knowing that would not see a link in the place of what is bound"],
    }));
  });
}
