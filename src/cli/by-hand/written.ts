/** The end of what a container that was made by hand has written: never while anything of it may run. */
import { readActive, readChecked } from "../../apply/current.ts";
import { leftBehind, readJournal } from "../../apply/journal.ts";
import { isProfileOurs, keptParts, removeProfile, removeState } from "../../apply/remove-state.ts";
import type { ContainerPart } from "../../compile/index.ts";
import { StowageError } from "../../error.ts";
import type { Systemd } from "../../host/systemd.ts";
import type { Layout } from "../../store/layout.ts";
import type { Session } from "../session.ts";
import { systemdOf } from "../systemd.ts";

/** As a switch has it that did not come to its end, or that could not stop it. */
export const unsettled = (layout: Layout, name: string): ContainerPart[] =>
  leftBehind(readJournal(layout), readActive(layout), (number) => readChecked(layout, number)).flatMap(
    ({ generation: { containers } }) => (Object.hasOwn(containers, name) ? (containers[name] ?? []) : []),
  );

/**
 * @param units that it is known to have had, besides those in generations that are kept
 * @returns what was mounted below its root, and is not any more
 * @throws StowageError `not-settled`, `still-running`: nothing is removed
 */
export async function removeWritten(session: Session, name: string, units: readonly string[] = []): Promise<string[]> {
  const { layout } = session;
  if (unsettled(layout, name).length > 0) throw notSettled(name);
  const known = [...units, ...keptParts(layout, name).map(({ unit }) => unit)];
  // What another container has by now is that one's.
  const others = readActive(layout)?.generation.units ?? {};
  await requireStopped(systemdOf(session), name, known, (unit) => Object.hasOwn(others, unit));
  const isOurs = isProfileOurs(layout, name);
  const unmounted = await removeState(layout, name);
  if (isOurs) await removeProfile(layout, name);
  return unmounted;
}

/**
 * @param known units that it has in generations that are kept; asked for is also what it is called where nothing is said
 * @param isAnothers whether a unit is of another container by now
 * @throws StowageError `still-running`
 */
export async function requireStopped(
  systemd: Pick<Systemd, "activity">,
  name: string,
  known: readonly string[],
  isAnothers: (unit: string) => boolean,
): Promise<void> {
  const all = [...known, `container@${name}.service`, `podman-${name}.service`, `docker-${name}.service`];
  const units = [...new Set(all)].filter((unit) => !isAnothers(unit));
  const activity = await systemd.activity(units);
  const isDown = (unit: string) => ["inactive", "failed"].includes(activity[unit]?.active ?? "inactive");
  const up = units.filter((unit) => !isDown(unit));
  if (up.length === 0) return;
  throw new StowageError({
    code: "still-running",
    message: `container ${name} is not down: nothing of what it has written is removed`,
    details: up.map((unit) => `${unit} is ${activity[unit]?.active}`),
    hint: `systemctl stop ${up.join(" ")}, then run it again`,
  });
}

const notSettled = (name: string): StowageError =>
  new StowageError({
    code: "not-settled",
    message: `a change that takes container ${name} away has not come to its end: nothing of what it has written is removed`,
    hint: "run `stowage switch`, which goes on with it, and then this again",
  });
