/** Flags of `create` and `update`, as options of a container. Pure. */

import { StowageError } from "../../error.ts";
import type { Module } from "../../modules/index.ts";
import { exitCodes } from "../exit-codes.ts";
import { type AddressPair, isPool } from "./addresses.ts";
import { type Definition, pathOf } from "./definition.ts";
import { type Embedded, expression, type GivenFile, moduleText } from "./embedded.ts";
import { Code, type Value } from "./literal.ts";
import { type Setting, settingOf, withSettings } from "./settings.ts";

/** What a container is: one of these, or none for an empty Debian system. */
export interface SystemFlags {
  readonly config?: string;
  readonly configFile?: string;
  readonly systemPath?: string;
  readonly flake?: string;
  readonly image?: string;
  readonly nixosPath?: string;
}

export interface DefinitionFlags extends SystemFlags {
  readonly set?: readonly string[];
  readonly autoStart?: boolean;
  readonly bridge?: string;
  readonly port?: readonly string[];
  readonly hostAddress?: string;
  readonly localAddress?: string;
  /** How the pair of addresses begins that is chosen: `10.99`. */
  readonly addressPool?: string;
  readonly env?: readonly string[];
  readonly volume?: readonly string[];
  /** Words after `--`, of an OCI container. */
  readonly command?: readonly string[];
}

type Options = { readonly [key: string]: Value };

/** What the flags cannot say together. @throws StowageError `bad-usage`, exit code 64 */
export function requireFlags(flags: DefinitionFlags): void {
  requireOneSystem(flags);
  if (flags.image === undefined) requireSystem(flags);
  else requireOci(flags);
}

/** @throws StowageError `bad-usage`, exit code 64 */
export function requireOneSystem(flags: SystemFlags): void {
  if (flags.nixosPath !== undefined)
    throw badUsage(
      "--nixos-path: there is no nixpkgs that systems would be built from here",
      "build the system with Nix, and give it by --flake or --system-path",
    );
  const all = ["config", "configFile", "systemPath", "flake", "image"] as const;
  const given = all.filter((key) => flags[key] !== undefined);
  if (given.length > 1)
    throw badUsage(
      `${given.map(flagOf).join(" and ")} say different things of what the container is`,
      "give one of them",
    );
}

function requireSystem(flags: DefinitionFlags): void {
  const { hostAddress, localAddress, bridge } = flags;
  if (hostAddress !== undefined && bridge !== undefined)
    throw badUsage("--host-address: with --bridge the host's end has no address of its own", "leave it out");
  if (hostAddress !== undefined && localAddress === undefined)
    throw badUsage("--host-address needs --local-address", "give both, or none: then a free pair is chosen");
  if (localAddress !== undefined && hostAddress === undefined && bridge === undefined)
    throw badUsage(
      "--local-address needs --host-address, or --bridge",
      "give both, or none: then a free pair is chosen",
    );
  if (flags.addressPool !== undefined && !isPool(flags.addressPool))
    throw badUsage(
      `--address-pool: ${JSON.stringify(flags.addressPool)} is not the first two numbers of an address`,
      "give it as 10.99: then addresses are from 10.99.1.1 to 10.99.254.2",
    );
  if ((flags.command ?? []).length > 0)
    throw badUsage(
      "a command can be given to an OCI container, which --image makes",
      "what a system runs are its services: --config, --set config.systemd.services.…",
    );
  for (const key of ["env", "volume"] as const) {
    if (flags[key] !== undefined)
      throw badUsage(
        `${flagOf(key)} is for OCI containers, which --image makes`,
        key === "volume"
          ? "--set bindMounts./PATH.hostPath=/PATH shows a directory of the host's"
          : "--set config.… sets what is inside",
      );
  }
}

function requireOci(flags: DefinitionFlags): void {
  for (const key of ["bridge", "hostAddress", "localAddress", "addressPool"] as const) {
    if (flags[key] !== undefined)
      throw badUsage(
        `${flagOf(key)} is for containers with a system of their own; --image makes an OCI container`,
        "its networks are --set networks=NAME; --port leads into it",
      );
  }
}

const flagOf = (key: string): string => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function badUsage(message: string, hint: string): StowageError {
  return new StowageError({ code: "bad-usage", message, hint }, { exitCode: exitCodes.badUsage });
}

/** What has to be known beside the flags. */
export interface Given {
  readonly name: string;
  /** Of the schema. */
  readonly modules: readonly Module[];
  /** What --config-file names, read. */
  readonly file?: GivenFile;
  /** Of paths in flags. */
  readonly absolute: (path: string) => string;
  /** For a container with a link of its own to the host, whose addresses nobody has chosen. */
  readonly addresses: () => AddressPair;
}

/** A whole definition. @throws StowageError for what cannot be, in words of the command line */
export function definitionOf(flags: DefinitionFlags, given: Given): Definition {
  requireFlags(flags);
  const kind = flags.image === undefined ? "system" : "oci";
  const { name } = given;
  const embedded = given.file && moduleText(given.file);
  const settings = (flags.set ?? []).map((one) => settingOf(one, given.modules, pathOf(kind, name)));
  const base = kind === "oci" ? ociOptions(flags) : systemOptions(flags, given, embedded, settings);
  const options = withSettings(base, settings);
  return { name, kind, options, saidBy: saidBy(settings), ...(embedded && { head: embedded.head }) };
}

export const flagsByOption: Readonly<Record<string, string>> = {
  config: "--config",
  path: "--system-path",
  flake: "--flake",
  image: "--image",
  autoStart: "--auto-start",
  hostBridge: "--bridge",
  hostAddress: "--host-address",
  localAddress: "--local-address",
  forwardPorts: "--port",
  ports: "--port",
  environment: "--env",
  volumes: "--volume",
  cmd: "the command",
};

const saidBy = (settings: readonly Setting[]): Readonly<Record<string, string>> => ({
  ...flagsByOption,
  ...Object.fromEntries(settings.map(({ path, from }) => [path[0] ?? "", from])),
});

function systemOptions(
  flags: DefinitionFlags,
  given: Given,
  embedded: Embedded | undefined,
  settings: readonly Setting[],
): Options {
  const ports = (flags.port ?? []).flatMap((one) => one.split(",").map(forwardOf));
  return {
    ...(flags.autoStart && { autoStart: true }),
    ...network(flags, given, settings),
    ...(ports.length > 0 && { forwardPorts: ports }),
    ...systemOf(flags, given, embedded, settings),
  };
}

/** What the container is. */
export function systemOf(
  flags: SystemFlags,
  given: Pick<Given, "absolute" | "file">,
  embedded: Embedded | undefined,
  settings: readonly Setting[] = [],
): Options {
  if (embedded !== undefined) return { config: new Code(embedded.name, { file: given.file?.shown ?? "", line: 1 }) };
  if (flags.config !== undefined) return { config: expression(flags.config, "--config") };
  if (flags.systemPath !== undefined) return { path: given.absolute(flags.systemPath) };
  if (flags.flake !== undefined) return { flake: flakeOf(flags.flake, given.absolute) };
  return isSet(settings, "path") || isSet(settings, "flake") || isSet(settings, "config") ? {} : { config: {} };
}

const isSet = (settings: readonly Setting[], option: string): boolean =>
  settings.some(({ path }) => path[0] === option);

/** `.#web` is of the working directory, which the definition has not. */
const flakeOf = (flake: string, absolute: (path: string) => string): string => {
  const [, scheme = "", path = "", rest = ""] = /^(path:|git\+file:)?([./][^#?]*)(.*)$/.exec(flake) ?? [];
  return path === "" ? flake : `${scheme}${absolute(path)}${rest}`;
};

const networkOptions = [
  "hostAddress",
  "localAddress",
  "hostAddress6",
  "localAddress6",
  "hostBridge",
  "networkNamespace",
];

/** A network of its own, with a pair of addresses, unless something else is said. */
function network(flags: DefinitionFlags, given: Given, settings: readonly Setting[]): Options {
  const chosen = chosenNetwork(flags, settings);
  if (chosen === null) return { ...privately(settings), ...given.addresses() };
  if (flags.addressPool !== undefined)
    throw badUsage("--address-pool: no addresses are chosen for it, as its network is given", "leave it out");
  return chosen;
}

/** What the definition says already of having a network of its own is not said again. */
const privately = (settings: readonly Setting[]): Options =>
  settings.some(({ path }) => path[0] === "privateNetwork") ? {} : { privateNetwork: true };

/** null: nothing is said of it, so that addresses are to be chosen. */
function chosenNetwork(flags: DefinitionFlags, settings: readonly Setting[]): Options | null {
  const { bridge, hostAddress, localAddress } = flags;
  const own = settings.find(({ path }) => path[0] === "privateNetwork");
  const isPrivate = privately(settings);
  if (bridge !== undefined)
    return { ...isPrivate, hostBridge: bridge, ...(localAddress !== undefined && { localAddress }) };
  if (hostAddress !== undefined && localAddress !== undefined) return { ...isPrivate, hostAddress, localAddress };
  // Who says anything of it says all of it.
  if (networkOptions.some((one) => isSet(settings, one)) || (own !== undefined && own.value !== true)) return {};
  return null;
}

/** `[tcp|udp:]HOST[:CONTAINER]` */
function forwardOf(text: string): Options {
  const [, protocol, host, inside] = /^(?:(tcp|udp):)?(\d{1,5})(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (host === undefined) throw badPort(text);
  const ports = { hostPort: portOf(host, text), ...(inside !== undefined && { containerPort: portOf(inside, text) }) };
  return { ...(protocol === "udp" && { protocol }), ...ports };
}

function portOf(digits: string, text: string): number {
  const port = Number(digits);
  if (port < 1 || port > 65535) throw badPort(text);
  return port;
}

const badPort = (text: string): StowageError =>
  badUsage(`--port ${text}: expected [tcp|udp:]HOST[:CONTAINER], ports from 1 to 65535`, "for example: --port 8080:80");

function ociOptions(flags: DefinitionFlags): Options {
  const ports = (flags.port ?? []).flatMap((one) => one.split(",").map(publishedOf));
  const environment = Object.fromEntries((flags.env ?? []).map(variableOf));
  return {
    image: flags.image ?? "",
    // A declared one starts at boot unless it says no; one that is made by hand only when that is asked for.
    autoStart: flags.autoStart === true,
    ...(ports.length > 0 && { ports }),
    ...(Object.keys(environment).length > 0 && { environment }),
    ...((flags.command ?? []).length > 0 && { cmd: [...(flags.command ?? [])] }),
    ...(flags.volume !== undefined && flags.volume.length > 0 && { volumes: [...flags.volume] }),
  };
}

/** As for the others, or as podman and docker take it. */
function publishedOf(text: string): string {
  const [, protocol, host, inside] = /^(?:(tcp|udp):)?(\d{1,5})(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (host === undefined) return text;
  return `${host}:${inside ?? host}${protocol === "udp" ? "/udp" : ""}`;
}

function variableOf(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw badUsage(`--env ${text}: expected NAME=value`, "for example: --env TZ=UTC");
  return [text.slice(0, at), text.slice(at + 1)];
}
