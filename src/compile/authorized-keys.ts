/**
 * `users.users.<name>.openssh.authorizedKeys` as files: /etc/ssh/authorized_keys.d/<name>, where sshd looks for them besides
 * the user's own. Copies that belong to root: sshd refuses what others could write. Facts: sshd(8), AUTHORIZED_KEYS.
 */
import type { SystemConfig } from "../options/index.ts";
import type { EtcFile } from "../systems/recipe.ts";
import { unfitForLine } from "../units/index.ts";
import type { Problems } from "./problems.ts";
import { type SourceRequest, type Sources, sourceText } from "./sources.ts";

/** The files that lines are read from; options are named from the system. */
export function keySources(system: SystemConfig): SourceRequest[] {
  return Object.entries(system.users.users).flatMap(([name, { enable, openssh }]) =>
    enable ? openssh.authorizedKeys.keyFiles.map((path) => ({ path, option: keyFilesOf(name) })) : [],
  );
}

const keysOf = (name: string) => ["users", "users", name, "openssh", "authorizedKeys", "keys"];
const keyFilesOf = (name: string) => ["users", "users", name, "openssh", "authorizedKeys", "keyFiles"];

/** By path below /etc; null when it added problems. @param at the option that `system` is */
export function authorizedKeys(
  at: readonly string[],
  system: SystemConfig,
  sources: Sources,
  problems: Problems,
): Record<string, EtcFile> | null {
  const files: Record<string, EtcFile> = {};
  let fine = true;
  const check = (line: string, option: readonly string[], where: string) => {
    const why = unfitKey(line);
    if (why === null) return;
    fine = false;
    const hint = "write the whole line of the .pub file: its type, the key, and a comment if you like";
    problems.add({ code: "bad-key", message: `${where} is no public key: ${why}`, hint }, option);
  };
  for (const [name, { enable, openssh }] of Object.entries(system.users.users)) {
    if (!enable) continue;
    const { keys, keyFiles } = openssh.authorizedKeys;
    for (const [index, key] of keys.entries()) check(key, [...at, ...keysOf(name)], `key ${index + 1} of user ${name}`);
    const lines = [...keys];
    for (const path of keyFiles) {
      const option = [...at, ...keyFilesOf(name)];
      const text = sourceText(sources, path, option, problems);
      fine &&= text !== null;
      for (const [index, line] of (text ?? "").split("\n").entries()) {
        if (/^\s*(#|$)/.test(line)) continue;
        check(line, option, `line ${index + 1} of ${path}`);
        lines.push(line);
      }
    }
    if (lines.length === 0) continue;
    const text = lines.map((line) => `${line.trim()}\n`).join("");
    files[`ssh/authorized_keys.d/${name}`] = { text, mode: "0444", user: "root", group: "root" };
  }
  return fine ? files : null;
}

const keyType =
  /^(ssh-(ed25519|rsa|dss)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)(-cert-v01@openssh\.com)?$/;

/** Why a line is none of authorized_keys; null: it is one. */
function unfitKey(line: string): string | null {
  const unfit = unfitForLine(line);
  if (unfit !== null) return unfit;
  const words = unquoted(line).trim().split(/\s+/);
  if (line.includes("PRIVATE KEY")) return "it is a private one";
  // Options may stand before the type, as one word.
  const at = words.slice(0, 2).findIndex((word) => keyType.test(word));
  if (at === -1) return "it has no type of key, such as ssh-ed25519";
  const [type, key] = [words[at] as string, words[at + 1] ?? ""];
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(key)) return `what follows ${type} is not base64`;
  const bytes = Buffer.from(key, "base64");
  const length = bytes.length < 4 ? 0 : bytes.readUInt32BE(0);
  // It begins with its type again, RFC 4253 6.6: a key that was cut, or is another, does not.
  const inner = bytes.subarray(4, 4 + length).toString("latin1");
  if (inner !== type) return `what follows ${type} is not a key of that type`;
  return bytes.length > 4 + length ? null : "it is cut off";
}

/** Values of options in quotes may hold blanks. */
const unquoted = (line: string): string => line.replace(/"(?:\\.|[^"\\])*"/g, '""');
