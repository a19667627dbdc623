/** Reads the machine for the checks. Nothing is changed: what the kernel can do is tried in namespaces that end at once. */
import { existsSync, readFileSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { enginePrograms } from "../host/engine-programs.ts";
import { mountOf, parseMounts } from "../host/mounts.ts";
import { type RunOptions, run } from "../host/run.ts";
import { isBooted } from "../host/systemd.ts";
import type { Layout } from "../store/layout.ts";
import { type Facts, type Forwarding, type Kernel, programPaths, type State } from "./facts.ts";

/** What is known of the state directory by reading it. */
export type StateRead = Pick<State, "generation" | "damage" | "interrupted">;

export async function observe(layout: Layout, read: StateRead, resolvSources: readonly string[]): Promise<Facts> {
  const isRoot = process.geteuid?.() === 0;
  const [version, loads, active, failed, kernel, forward] = await Promise.all([
    said(["systemctl", "--version"]),
    said(["systemctl", "show", "--property=Id,LoadState", "machines.target", "systemd-machined.service"]),
    said(["systemctl", "list-units", "--plain", "--no-legend", "--state=active", "--type=service"]),
    said(["systemctl", "list-units", "--plain", "--no-legend", "--all", "--state=failed"]),
    kernelFacts(isRoot),
    forwarding(isRoot),
  ]);
  return {
    isRoot,
    booted: isBooted(),
    systemdVersion: Number(/^systemd (\d+)/.exec(version)?.[1] ?? 0) || null,
    distributions: distributions(text("/etc/os-release") ?? ""),
    programs: Object.fromEntries(
      [...Object.values(programPaths), ...Object.values(enginePrograms)].map((path) => [path, existsSync(path)]),
    ),
    loadStates: Object.fromEntries(
      loads
        .split("\n\n")
        .map((block) => [/^Id=(.*)$/m.exec(block)?.[1] ?? "", /^LoadState=(.*)$/m.exec(block)?.[1] ?? ""]),
    ),
    active: firstWords(active),
    failed: firstWords(failed).filter(
      (unit) => /^(container(-net|-merge)?@|stowage-)/.test(unit) || Object.hasOwn(read.generation?.units ?? {}, unit),
    ),
    kernel,
    forward,
    resolver: { sources: resolvSources.map(text), nsswitch: text("/etc/nsswitch.conf") },
    state: { ...read, ...space(layout) },
  };
}

/** Also through links; null where there is nothing, or nothing to read. */
function text(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** What a program prints; "" where it is missing or fails. */
async function said(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  try {
    return (await run(argv, { accept: "any", timeout: 10_000, ...options })).stdout;
  } catch {
    return "";
  }
}

async function succeeds(argv: readonly string[], input: string): Promise<boolean | null> {
  try {
    return (await run(argv, { accept: "any", timeout: 10_000, input })).status === 0;
  } catch {
    return null;
  }
}

const firstWords = (output: string): string[] =>
  output.split("\n").flatMap(
    (line) =>
      line
        .replace(/^\W*\s/, "")
        .trim()
        .split(/\s+/)[0] || [],
  );

const distributions = (release: string): string[] =>
  release
    .split("\n")
    .filter((line) => /^ID(_LIKE)?=/.test(line))
    .flatMap((line) =>
      line
        .slice(line.indexOf("=") + 1)
        .replaceAll('"', "")
        .split(/\s+/),
    );

const number = (path: string): number => Number((text(path) ?? "0").trim());

async function kernelFacts(isRoot: boolean): Promise<Kernel> {
  const apart = ["unshare", "--net"];
  const canTry = (path: string) => isRoot && existsSync(path);
  const links = (batch: string) =>
    canTry(programPaths.ip) ? succeeds([...apart, programPaths.ip, "-batch", "-"], batch) : null;
  const pair = "link add name a type veth peer name b\n";
  const [veth, macvlan, nftables] = await Promise.all([
    links(pair),
    links(`${pair}link add link a name m type macvlan mode bridge\n`),
    canTry(programPaths.nft) ? succeeds([...apart, programPaths.nft, "-f", "-"], "add table inet stowage-try\n") : null,
  ]);
  return {
    release: (text("/proc/sys/kernel/osrelease") ?? "").trim(),
    cgroup2: fileSystemOf("/sys/fs/cgroup") === "cgroup2",
    controllers: (text("/sys/fs/cgroup/cgroup.controllers") ?? "").split(/\s+/).filter((word) => word !== ""),
    maxUserNamespaces: number("/proc/sys/user/max_user_namespaces"),
    inotifyInstances: number("/proc/sys/fs/inotify/max_user_instances"),
    overlay: /\boverlay$/m.test(text("/proc/filesystems") ?? "") || existsSync("/sys/module/overlay"),
    veth,
    macvlan,
    nftables,
  };
}

interface Chain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly hook?: string;
  readonly policy?: string;
}

async function forwarding(isRoot: boolean): Promise<Forwarding> {
  const listed =
    isRoot && existsSync(programPaths.nft) ? await said([programPaths.nft, "--json", "list", "ruleset"]) : "";
  return {
    enabled4: number("/proc/sys/net/ipv4/ip_forward") === 1,
    dropping: droppingChains(listed),
    acceptedByDocker: /"chain": ?"DOCKER-USER"[^\n]*"target": ?"STOWAGE"/.test(
      listed.replaceAll(/\}\}, ?\{/g, "}}\n{"),
    ),
    dhcpcd: text("/etc/dhcpcd.conf"),
  };
}

/** @param listed JSON of nft(8): `{"nftables": [{"chain": {…}}, …]}` */
export function droppingChains(listed: string): string[] {
  if (listed.trim() === "") return [];
  const { nftables = [] } = JSON.parse(listed) as { nftables?: { chain?: Chain }[] };
  return nftables
    .flatMap(({ chain }) => chain ?? [])
    .filter(({ hook, policy }) => hook === "forward" && policy === "drop")
    .map(({ family, table, name }) => `${family} ${table} ${name}`);
}

function space({ state }: Layout): Pick<State, "directory" | "fileSystem" | "freeBytes" | "freeInodes"> {
  let there = state;
  while (!existsSync(there) && there !== "/") there = dirname(there);
  const { bavail, bsize, files, ffree } = statfsSync(there);
  return {
    directory: state,
    fileSystem: fileSystemOf(there),
    freeBytes: bavail * bsize,
    freeInodes: files > 0 ? ffree : null,
  };
}

/** "" where nothing is known. */
const fileSystemOf = (path: string): string =>
  mountOf(parseMounts(text("/proc/self/mountinfo") ?? ""), path)?.type ?? "";
