/** `update NAME` of a container that was made by hand: its definition as it is now, or as flags say, with what is newest. */
import { resolve } from "node:path";
import { readActive } from "../../apply/current.ts";
import type { OnProgress } from "../../apply/report.ts";
import { accountsAsked, type ContainerPart, imageRequestsOf, importsOf, requestsOf } from "../../compile/index.ts";
import { StowageError } from "../../error.ts";
import { type Layout, madeDir, madeFile, madeLockFile } from "../../store/layout.ts";
import { pinImagesAnew } from "../../systems/images/pin.ts";
import { pinAnew } from "../../systems/import/pins.ts";
import { lockChanges, type VersionChange } from "../../systems/lock-changes.ts";
import { readLock, updateLock } from "../../systems/lock-file.ts";
import { type Alone, whileAlone } from "../alone.ts";
import { type Configured, ownModules } from "../evaluate.ts";
import { type UpdatedFlake, updateFlakes } from "../flakes.ts";
import { imageOptions } from "../images.ts";
import type { Session, SharedFlags } from "../session.ts";
import type { Changed } from "../shown.ts";
import { definitionThere, type Pin, type Tried } from "./compiled.ts";
import { pathOf, type Written } from "./definition.ts";
import { edited } from "./edited.ts";
import { type GivenFile, moduleText } from "./embedded.ts";
import { generationsOf } from "./free.ts";
import { hushed } from "./hushed.ts";
import { lockedForOthers } from "./locked-for-others.ts";
import { stillMade } from "./made-among.ts";
import { carryOutMade } from "./making.ts";
import { flagsByOption, requireOneSystem, type SystemFlags, systemOf } from "./request.ts";
import { settingOf } from "./settings.ts";
import { requireSettled } from "./settled.ts";
import { keepLock, stage, unstage } from "./staging.ts";

export interface UpdateMadeFlags extends SystemFlags {
  readonly set?: readonly string[];
  readonly locked?: boolean;
}

export interface UpdatedMade {
  readonly exitCode: number;
  readonly name: string;
  readonly versions: readonly VersionChange[];
  readonly flakes: readonly UpdatedFlake[];
  readonly changed: Changed;
}

/** @throws StowageError before anything on the machine was changed; `cut-short` */
export async function updateMade(
  session: Session,
  shared: SharedFlags,
  name: string,
  asked: { readonly flags: UpdateMadeFlags; readonly file?: GivenFile },
): Promise<UpdatedMade> {
  const updated: UpdatedMade[] = [];
  const inner = { ...hushed(session), directory: madeDir(session.layout) };
  await whileAlone(inner, "update", { wait: true }, async (alone) => {
    const one = await updateAlone(alone, shared, name, asked);
    updated.push(one);
    return one.exitCode;
  });
  const [one] = updated;
  if (one === undefined) throw new Error("an update that came to its end has no outcome");
  return one;
}

async function updateAlone(
  alone: Alone,
  shared: SharedFlags,
  name: string,
  asked: { readonly flags: UpdateMadeFlags; readonly file?: GivenFile },
): Promise<UpdatedMade> {
  const { layout } = alone.session;
  requireSettled(layout, "update", [name]);
  // Whoever had the machine until now may have destroyed it, or declared it.
  const part = stillMade(layout, name);
  const tried = tryAgain(alone.session, part, asked);
  try {
    const before = readLock(tried.staged.lockFile);
    const { locked } = asked.flags;
    const pin: Pin = (configured, onProgress) => pinNewest(alone.session, tried, configured, onProgress);
    const changed = await carryOutMade(alone, shared, { verb: "update", tried, ...(!locked && { pin }) });
    // Also where it did not come up: that is what its definition now is.
    keepLock(tried.staged, madeLockFile(layout));
    const versions = lockChanges(before, readLock(tried.staged.lockFile));
    const flakes = locked ? [] : await newestFlake(alone, name);
    return { exitCode: changed.exitCode, name, versions, flakes, changed };
  } finally {
    unstage(layout);
  }
}

function tryAgain(
  session: Session,
  part: ContainerPart,
  { flags, file }: { readonly flags: UpdateMadeFlags; readonly file?: GivenFile },
): Tried {
  const { layout } = session;
  const { name } = part;
  const found = definitionThere(layout, name);
  const written = changed(session, part, found ?? textMade(layout, name), { flags, ...(file && { file }) });
  return { name, written, staged: stage(layout, name, written.text, madeLockFile(layout)), found };
}

/** Where somebody has removed it: as it was made. */
function textMade(layout: Layout, name: string): string {
  const path = madeFile(layout, name);
  const text = readActive(layout)?.generation.files[path]?.text;
  if (text !== undefined) return text;
  throw new StowageError({ code: "no-definition", message: `there is no ${path}, and no generation has its text` });
}

function changed(
  session: Session,
  { name, kind }: ContainerPart,
  text: string,
  { flags, file }: { readonly flags: UpdateMadeFlags; readonly file?: GivenFile },
): Written {
  requireOneSystem(flags);
  const { config, configFile, systemPath, flake, image, set = [] } = flags;
  const given = [config, configFile, systemPath, flake, image].some((one) => one !== undefined);
  const embedded = file && moduleText(file);
  const absolute = (path: string) => resolve(session.io.cwd(), path);
  const options = !given
    ? {}
    : image !== undefined
      ? { image }
      : systemOf(flags, { absolute, ...(file && { file }) }, embedded);
  const settings = set.map((one) => settingOf(one, ownModules, pathOf(kind, name)));
  const changes = { options, saidBy: flagsByOption, settings, ...(embedded && { embedded }) };
  return edited(text, madeFile(session.layout, name), { name, kind }, changes);
}

/** Into the lock beside the definition that is tried: of this container, and of all that share a suite with it. */
async function pinNewest(
  session: Session,
  { name, staged: { lockFile } }: Tried,
  { every, evaluation }: Configured,
  onWork: OnProgress,
): Promise<void> {
  const { layout } = session;
  const requests = requestsOf(every);
  const images = imageRequestsOf(evaluation.config);
  if (importsOf(every).length > 0)
    await pinAnew(layout, lockFile, importsOf(every), { onWork, directory: madeDir(layout) });
  if (images.length > 0) await pinImagesAnew(layout, lockFile, images, imageOptions(session, onWork));
  if (requests.length === 0) return;
  const others = lockedForOthers(readLock(lockFile), generationsOf(layout), name, requests);
  await updateLock(
    layout,
    lockFile,
    [...requests, ...others.requests],
    { onWork, stays: others.suites },
    accountsAsked(every),
  );
}

async function newestFlake({ session }: Alone, name: string): Promise<UpdatedFlake[]> {
  const generation = readActive(session.layout)?.generation;
  if (generation === undefined || !generation.containers[name]?.flake) return [];
  return updateFlakes(session, generation, [name], () => undefined);
}
