/** What a net unit of ours makes: its commands are carried out, in order, on namespaces that are only values. */
import type { Generation } from "../../src/compile/index.ts";
import type { NetworkFacts } from "./facts.ts";
import { Interfaces } from "./ip.ts";
import { ReadUnit } from "./observe.ts";

type Observed = Omit<NetworkFacts, "kind" | "path">;

export function observeNetwork(generation: Generation, name: string): Observed {
  const unit = `container-net@${name}.service`;
  if (generation.units[unit] === undefined) return { links: {}, interfaces: [], macvlans: [], ports: [] };
  const namespace = `ct-${name}`;
  const ip = new Interfaces();
  let nft = "";
  const read = new ReadUnit(generation, unit);
  for (const command of [...read.commands("ExecStartPre"), ...read.commands("ExecStart")]) {
    const [program = "", ...rest] = command;
    if (program.endsWith("/nft")) nft += fileOf(generation, after(rest, "-f"));
    if (program.endsWith("/ip")) runIp(ip, generation, rest);
  }
  return {
    links: ip.pairs(namespace),
    interfaces: ip.moved(namespace),
    macvlans: ip.macvlans(namespace),
    ports: portsOf(generation, name, nft),
  };
}

function runIp(ip: Interfaces, generation: Generation, words: readonly string[]): void {
  const [object, verb, namespace = "", program, ...inside] = words;
  if (object === "netns" && verb === "exec") {
    if (program?.endsWith("/ip")) runIp(ip, generation, ["-n", namespace, ...inside]);
    return;
  }
  const where = words.includes("-n") ? after(words, "-n") : null;
  if (!words.includes("-batch")) {
    ip.run(
      words.filter((word, at) => !word.startsWith("-") && words[at - 1] !== "-n"),
      where,
    );
    return;
  }
  for (const line of fileOf(generation, after(words, "-batch")).split("\n")) {
    if (line !== "" && !line.startsWith("#"))
      runIp(ip, generation, [...(where ? ["-n", where] : []), ...line.split(" ")]);
  }
}

const after = (words: readonly string[], key: string): string => words[words.indexOf(key) + 1] ?? "";

function fileOf(generation: Generation, path: string): string {
  const file = generation.files[path];
  if (file === undefined) throw new Error(`no file ${path}`);
  return file.text;
}

/** Those that the lists show, if nft is told of them. */
function portsOf(generation: Generation, name: string, nft: string): string[] {
  return generation.ports
    .filter((port) => port.container === name)
    .filter(({ protocol, hostPort, containerPort }) =>
      new RegExp(`${protocol}[46].*\\b${hostPort} : [0-9a-f.:]+ \\. ${containerPort}\\b`).test(nft),
    )
    .map(({ protocol, hostPort, containerPort }) => `${protocol}:${hostPort}:${containerPort}`);
}
