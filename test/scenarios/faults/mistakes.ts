/** Mistakes that the test of runs that are cut short must find: it would be worth nothing if it did not. */
import { expect } from "vitest";
import type { Machine } from "../harness/machine.ts";
import { buildBroken, type Edit } from "./broken.ts";
import type { Round, Told } from "./stage.ts";

interface Mistake extends Edit {
  readonly name: string;
  /** Where it is looked for. */
  readonly round: Pick<Round, "verbs" | "what" | "only">;
  /** In what is found. */
  readonly finds: RegExp;
}

const kill = ["signal=KILL"];

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: text of the product
const mistakes: readonly Mistake[] = [
  {
    name: "a file is written in its place",
    file: "store/files.ts",
    from: "const temporary = `${path}.stowage-${process.pid}`;",
    to: "const temporary = path;",
    round: { verbs: ["switch"], what: kill, only: "^(fchmod|write) .*/etc/s" },
    finds: /neither as before nor as it is to be|is missing/,
  },
  {
    name: "there is no journal",
    file: "apply/journal.ts",
    from: "const value = { madeBy:",
    to: "if (journal !== undefined) return;\n  const value = { madeBy:",
    round: { verbs: ["switch"], what: kill, only: "^(rename|unlink|symlink) .*(/etc/s|current)" },
    finds: /\/etc\/s\S+: (?:missing|\d+ 0|->|directory)|running is/,
  },
  {
    name: "the link to the current generation is missing for a moment",
    file: "store/files.ts",
    from: "    symlinkSync(target, temporary);\n    renameSync(temporary, path);",
    to: "    rmSync(path, { force: true });\n    symlinkSync(target, path);",
    round: { verbs: ["switch", "rollback"], what: kill, only: "^symlink .*generations/current" },
    finds: /the current generation cannot be read: ENOENT/,
  },
  {
    name: "what a killed run has left is not looked for",
    file: "store/lock.ts",
    from: "await removeUnfinished(layout);",
    to: ";",
    round: { verbs: ["switch"], what: kill, only: "^fchmod .*/switched" },
    finds: /left behind: \S+\/switched\.stowage-/,
  },
  {
    name: "store paths are removed under their names",
    file: "store/garbage.ts",
    from: "renameSync(storePath(layout, name), join(directory, `${removed}${name}`));",
    to: "rmSync(storePath(layout, name), { recursive: true });",
    round: { verbs: ["gc"], what: kill, only: "^(unlink|rmdir) .*garbage" },
    finds: /store path \S+ is not whole/,
  },
  {
    name: "that a file was not written is not told",
    file: "store/files.ts",
    from: "    }\n    renameSync(temporary, path);\n  } catch (error) {\n    removeIfPossible(temporary);\n    throw error;",
    to: "    }\n    renameSync(temporary, path);\n  } catch (error) {\n    removeIfPossible(temporary);",
    round: { verbs: ["switch"], what: ["error=EIO"], only: "^fsync .*/etc/s.*stowage-" },
    finds: /after exit code 0: /,
  },
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: text of the product

/** Each is to be found at one of a few points. */
export async function mistakeRounds(host: Machine): Promise<Round[]> {
  const commands = await buildBroken(host, mistakes);
  return mistakes.map(({ round }, index) => {
    return { ...round, cli: commands[index] as string, points: 20, enough: 1, planEvery: 100 };
  });
}

/** @param rounds what became of {@link mistakeRounds} */
export function expectMistakesFound(rounds: readonly Told[]): void {
  const found = mistakes.map(({ name }, index) => [name, rounds[index]?.failures.join("\n") ?? ""] as const);
  for (const [index, [name, text]] of found.entries()) expect(text, name).toMatch(mistakes[index]?.finds ?? /^$/);
}
