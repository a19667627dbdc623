import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./tools/longest-first.mjs";

/** Tests that boot lab hosts or need root and a real machine; everything else must run anywhere, at any speed. */
const live = ["test/scenarios/**/*.test.ts", "test/**/*.live.test.ts"];

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: live,
          pool: "threads",
          isolate: false,
          // Some wait for programs and clocks: on two processors three take two thirds of the time of one, which vitest would take.
          maxWorkers: Math.max(3, availableParallelism() - 1),
          // Far above what any takes: one that starts programs may meet a machine that is busy with something else.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "scenarios",
          include: live,
          // Not threads: what a lab host is told to do when its process dies is tied to the thread that started it.
          pool: "forks",
          // What is loaded, and what was built for a configuration, serves the next file too.
          isolate: false,
          // Three at a time, whatever processors there are: a scenario waits more than it works, and two left a third of two
          // processors idle. Each has machines of its own.
          fileParallelism: true,
          maxWorkers: 3,
          testTimeout: 240_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
