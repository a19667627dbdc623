/**
 * Directories that bind mounts ask to be made: by systemd-tmpfiles, which follows no link that somebody else than root
 * could have planted, and leaves what is there as it is where mode and owner begin with a colon (tmpfiles.d(5)).
 */
import type { Layout } from "../../store/layout.ts";
import { lineText } from "../../units/index.ts";
import type { SystemContainer } from "./container.ts";

/** Not below /etc/tmpfiles.d: they are made when the container starts, on the mounts that it needs, and not at boot. */
export const createdFile = (layout: Layout, name: string): string => `${layout.etc}/tmpfiles/${name}.conf`;

/** Absolute path and text; nothing for a container that has none made. */
export function createdFiles(layout: Layout, { name, binds }: SystemContainer): [path: string, text: string][] {
  const lines = binds.flatMap(({ source, create }) =>
    create === null ? [] : [`d ${word(source)} :${create.mode} :${create.owner} :${create.owner}\n`],
  );
  return lines.length === 0 ? [] : [[createdFile(layout, name), lines.join("")]];
}

export const createCommand = (layout: Layout, name: string): string[] => [
  "/usr/bin/systemd-tmpfiles",
  "--create",
  createdFile(layout, name),
];

/** tmpfiles.d(5): quotes and C escapes, and specifiers as in unit files. */
const word = (path: string): string =>
  `"${lineText(path, "a path").replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%")}"`;
