/** `systemd.tmpfiles` of a container: files of /etc/tmpfiles.d, and a unit by which a switch applies what changed. */
import { StowageError } from "../error.ts";
import type { SystemConfig } from "../options/index.ts";
import type { EtcFile } from "../systems/recipe.ts";
import { lineText, splitWords } from "../units/index.ts";
import { etcText } from "./inner-etc.ts";
import { appliesChanges, type InnerParts, renderInner } from "./inner-unit.ts";

type Tmpfiles = SystemConfig["systemd"]["tmpfiles"];

export interface InnerTmpfiles extends InnerParts {
  readonly etc: Readonly<Record<string, EtcFile>>;
}

const none: InnerTmpfiles = { etc: {}, units: {}, unitLinks: {}, bin: {} };

/** @throws StowageError for what is no line of tmpfiles.d(5) */
export function innerTmpfiles({ rules, settings }: Tmpfiles): InnerTmpfiles {
  const files = new Map<string, readonly string[]>();
  // Of two lines for one path the first counts: ours come before those of packages.
  if (rules.length > 0) files.set("00-stowage.conf", rules.map(checkRule));
  for (const name of Object.keys(settings).sort()) {
    const file = `${checkFileName(name)}.conf`;
    files.set(file, [...(files.get(file) ?? []), ...settingLines(settings[name]!)]);
  }
  if (files.size === 0) return none;
  const texts = [...files].map(([file, lines]) => [file, `${lines.join("\n")}\n`] as const);
  return {
    etc: Object.fromEntries(texts.map(([file, text]) => [`tmpfiles.d/${file}`, etcText(text)])),
    units: { [unitName]: unitText(texts) },
    unitLinks: {},
    bin: {},
  };
}

const unitName = "declared-tmpfiles.service";

/** At boot systemd reads these files itself. */
function unitText(texts: readonly (readonly [file: string, text: string])[]): string {
  return renderInner(unitName, {
    Unit: {
      Description: "Files and directories that are declared",
      DefaultDependencies: false,
      ...appliesChanges(texts.map(([, text]) => text)),
    },
    Service: {
      Type: "oneshot",
      // What it sends to the journal itself is nobody's once it has ended, which is at once.
      Environment: "SYSTEMD_LOG_TARGET=console",
      ExecStart: {
        exec: [
          "/usr/bin/systemd-tmpfiles",
          "--create",
          "--remove",
          "--exclude-prefix=/dev",
          ...texts.map(([file]) => `/etc/tmpfiles.d/${file}`),
        ],
      },
    },
  });
}

const typeWord = /^[fwdDevqQpLcbCxXrRzZtThHaA][-+!=~^$?]*$/;

/** systemd-tmpfiles leaves out a line that it does not understand, and nobody looks into its log. */
function checkRule(rule: string): string {
  const [type = "", path = ""] = splitWords(rule);
  if (typeWord.test(type) && /^[/%]/.test(path)) return lineText(rule, "a rule");
  throw new StowageError({
    code: "bad-tmpfiles-rule",
    message: `${JSON.stringify(rule)} is no line of tmpfiles.d(5)`,
    details: [
      typeWord.test(type)
        ? "its second word is an absolute path"
        : "it begins with a type: one letter and perhaps `+`, `!`, `-`, …",
    ],
  });
}

function checkFileName(name: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}$/.test(name)) return name;
  throw new StowageError({
    code: "bad-tmpfiles-name",
    message: `${JSON.stringify(name)} cannot be the name of a file in /etc/tmpfiles.d`,
    details: ["a name is letters, digits, `_`, `.` and `-`; `.conf` is added"],
  });
}

function settingLines(paths: Tmpfiles["settings"][string]): string[] {
  return Object.entries(paths)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, types]) =>
      Object.entries(types)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([type, { mode, user, group, age, argument }]) =>
          checkRule([type, quoted(path), mode, user, group, age, escaped(argument)].join(" ").trimEnd()),
        ),
    );
}

/** One word; specifiers in it are expanded, as NixOS has it. */
const quoted = (path: string): string => `"${escaped(path).replaceAll('"', '\\"')}"`;

/** systemd-tmpfiles resolves C escapes in the path and in what is left at the line's end. */
const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
