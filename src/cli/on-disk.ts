/** What the steps of a plan do to the directories of containers. */
import type { Containers } from "../apply/machine.ts";
import { takeOverInside } from "../host/take-over.ts";
import { takeOverCommand } from "../runtimes/nspawn/reload.ts";
import type { Layout } from "../store/layout.ts";
import { checkStoreName } from "../store/names.ts";
import { systemLayout } from "../store/nix-places.ts";
import { writeOrder } from "../store/order.ts";
import { copyDeclared, declare, declaredDir, removeFormerDeclared } from "../systems/declare.ts";
import { markApplied, seedRoot } from "../systems/seed.ts";

/** What a container has on disk: made from its store paths. */
export const onDisk = (layout: Layout): Containers => ({
  async seed({ name, system, packages, path }) {
    if (path !== null) {
      await seedRoot(layout, { container: name, ...(systemLayout(path) === "nix" ? { nix: true } : { tree: path }) });
      return;
    }
    if (system === null || packages === null) throw new Error(`container ${name} has no system to seed from`);
    // A root that is there by now was made by somebody else: the merge has to see to it.
    const made = await seedRoot(layout, { container: name, toplevel: system, packages });
    if (made) markApplied(layout, name, system);
  },
  async declare({ name, system }) {
    if (system === null) throw new Error(`container ${name} has no system of ours to declare`);
    await declare(layout, name, system);
  },
  async prepare({ name, system }, invocation, { from, units, refuse }) {
    if (system === null) throw new Error(`container ${name} has no system of ours to take over`);
    await copyDeclared(layout, name, system);
    writeOrder(declaredDir(layout, name), invocation, { from, lines: units, refuse });
  },
  stopOld: ({ name, system }, invocation) =>
    takeOverInside([
      ...takeOverCommand(name, `/run/declared/${checkStoreName(system ?? "")}/take-over`),
      invocation,
      "stop",
    ]),
  tookOver({ name, system }) {
    if (system !== null) markApplied(layout, name, system);
  },
  settled: (name) => removeFormerDeclared(layout, name),
});
