/** `environment` of a container: what its toplevel has below /etc. */
import { StowageError } from "../error.ts";
import type { SystemConfig } from "../options/index.ts";
import type { EtcFile } from "../systems/recipe.ts";
import { lineText, unfitForLine } from "../units/index.ts";
import { type Problems, showOption } from "./problems.ts";
import { isPackaged, type Sources, sourceFile } from "./sources.ts";

type DeclaredFile = SystemConfig["environment"]["etc"][string];

export interface InnerEtc {
  readonly files: Record<string, EtcFile>;
  /** Links by path below /etc, to what a package brings. */
  readonly links: Record<string, string>;
}

/** @param at the option that `system` is; null when it added problems */
export function innerEtc(
  at: readonly string[],
  system: SystemConfig,
  sources: Sources,
  problems: Problems,
): InnerEtc | null {
  checkEtcPaths(at, system, problems);
  const variables = problems.within([...at, "environment"], () => environmentText(system.environment.variables));
  const files: Record<string, EtcFile> = {};
  const links: Record<string, string> = {};
  if (variables !== null && variables !== "") files.environment = etcText(variables);
  let fine = variables !== null;
  for (const [path, file] of Object.entries(system.environment.etc)) {
    if (!file.enable) continue;
    const made = etcFile(path, file, [...at, "environment", "etc", path], sources, problems);
    if (made === null) fine = false;
    else if (typeof made === "string") links[path] = made;
    else files[path] = made;
  }
  return fine ? { files, links } : null;
}

/** A link to a text of ours. */
export const etcText = (text: string): EtcFile => ({ text, mode: "symlink", user: "root", group: "root" });

/** A link's target where it is one of the packages' own files; null when it added a problem. */
function etcFile(
  path: string,
  { text, source, mode, user, group }: DeclaredFile,
  option: readonly string[],
  sources: Sources,
  problems: Problems,
): EtcFile | string | null {
  if (source === null) return { text, mode, user, group };
  if (text !== "") {
    problems.add(
      {
        code: "text-and-source",
        message: `/etc/${path} is declared with both a text and a source`,
        hint: `remove one of them from ${showOption(option)}`,
      },
      [...option, "text"],
      [...option, "source"],
    );
    return null;
  }
  if (isPackaged(source)) return packagedFile(path, source, mode, option, problems);
  const file = sourceFile(sources, source, [...option, "source"], problems);
  if (file === null) return null;
  const { content, encoding, executable } = file;
  return {
    text: content,
    ...(encoding === "base64" && { encoding }),
    ...(executable && mode === "symlink" && { executable }),
    mode,
    user,
    group,
  };
}

function packagedFile(
  path: string,
  source: string,
  mode: string,
  option: readonly string[],
  problems: Problems,
): string | null {
  const code = mode !== "symlink" ? "copy-of-packaged-file" : /\/(\.{0,2})(\/|$)/.test(source) ? "bad-path" : null;
  if (code === null) return source;
  problems.add(
    code === "bad-path"
      ? { code, message: `${showOption([...option, "source"])} is no plain path: ${JSON.stringify(source)}` }
      : {
          code,
          message: `/etc/${path} cannot be a copy of ${source}`,
          details: ["a source below /usr is a file of the container's packages, which are not read here"],
          hint: `remove its mode: /etc/${path} is a link then`,
        },
    [...option, code === "bad-path" ? "source" : "mode"],
  );
  return null;
}

/** A path leads below /etc, and none is a directory above another. */
function checkEtcPaths(at: readonly string[], system: SystemConfig, problems: Problems): void {
  const paths = Object.entries(system.environment.etc).flatMap(([path, file]) => (file.enable ? [path] : []));
  const isBad = (path: string) =>
    path.split("/").some((part) => part === "" || part === "." || part === "..") || unfitForLine(path) !== null;
  const all = new Set(paths.filter((path) => !isBad(path)));
  for (const path of paths) {
    const option = [...at, "environment", "etc", path];
    if (isBad(path)) {
      problems.add(
        {
          code: "bad-path",
          message: `${JSON.stringify(path)} is no path of a file below /etc`,
          details: ["it is relative to /etc: without a `/` at its ends, empty parts, `.`, `..` and control characters"],
        },
        option,
      );
      continue;
    }
    const parts = path.split("/");
    const above = parts.map((_, end) => parts.slice(0, end).join("/")).find((parent) => all.has(parent));
    if (above === undefined) continue;
    problems.add({ code: "path-clash", message: `/etc/${above} is declared as a file, and ${path} below it` }, option, [
      ...at,
      "environment",
      "etc",
      above,
    ]);
  }
}

/** Facts: pam_env(8). It ends a value at `#` and takes one pair of quotes away. */
function environmentText(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${variableName(name)}="${variableValue(name, value)}"\n`)
    .join("");
}

function variableName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new StowageError({
    code: "bad-variable-name",
    message: `${JSON.stringify(name)} is no name of an environment variable`,
    hint: "letters, digits and `_`, not beginning with a digit",
  });
}

function variableValue(name: string, value: string): string {
  if (!value.includes("#")) return lineText(value, `environment.variables.${name}`);
  throw new StowageError({
    code: "unfit-text",
    message: `environment.variables.${name} holds "#": /etc/environment has no way to write that`,
    hint: "set it for the services that need it: systemd.services.<name>.environment",
  });
}
