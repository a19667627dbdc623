/** Problems of all images, told at once, each with what it is of. */
import { type Problem, StowageError } from "../../error.ts";
import type { ImageRecipe } from "./recipe.ts";

/** An image, and for messages the container that wants it. */
type Wanting = Pick<ImageRecipe, "source"> & { readonly container: string };

/** One after the other: they share the network, and what goes wrong with one keeps no other from being told. */
export async function gathered<T extends Wanting>(
  wanted: readonly T[],
  work: (one: T) => Promise<void>,
): Promise<void> {
  const problems: Problem[] = [];
  for (const one of wanted) {
    try {
      await work(one);
    } catch (error) {
      if (!(error instanceof StowageError)) throw error;
      problems.push(...error.problems.map((problem) => problemOf(one, problem)));
    }
  }
  if (problems.length > 0) throw new StowageError(problems);
}

const options = { registry: "image", here: "image", file: "imageFile", stream: "imageStream" } as const;

function problemOf({ container, source }: Wanting, problem: Problem): Problem {
  const option = problem.code === "login-failed" ? "login" : options[source.kind];
  return {
    ...problem,
    message: `container ${container}: ${problem.message}`,
    option: ["ociContainers", "containers", container, option],
  };
}
