/** A generation of ours as facts: read from the texts that systemd, systemd-nspawn, ip and nft would read. */
import type { Generation } from "../../src/compile/index.ts";
import { parse, parseExec, render, splitWords, type Unit } from "../../src/units/index.ts";
import type {
  ContainerFacts,
  FileFacts,
  HostFacts,
  IsolationFacts,
  NetworkFacts,
  ServiceFacts,
  UnitFacts,
} from "./facts.ts";
import { explained, sortedList, tmpfsList } from "./lists.ts";
import { observeNetwork } from "./observe-network.ts";
import { conf } from "./parameter-file.ts";

export function observe(generation: Generation): HostFacts {
  const networkd = text(generation, "/etc/systemd/network/10-stowage.network");
  const wants = text(generation, "/etc/systemd/system/multi-user.target.d/stowage.conf");
  return {
    containers: Object.fromEntries(
      Object.values(generation.containers)
        .filter(({ kind }) => kind === "system")
        .map(({ name }) => [name, new Observer(generation, name).facts()]),
    ),
    hosts: sortedList(generation.hosts.map(({ address, names }) => `${address} ${names.join(" ")}`)),
    machinesTarget: /^Wants=machines\.target$/m.test(wants),
    templates: Object.keys(generation.units).filter((name) => name.includes("@.")),
    unmanaged: /^Name=(.*)$/m.exec(networkd)?.[1]?.split(" ") ?? [],
    kernelModules: [],
  };
}

const text = (generation: Generation, path: string): string => generation.files[path]?.text ?? "";

/** A unit as systemd reads it. */
export class ReadUnit {
  readonly #unit: Unit;

  constructor(generation: Generation, name: string) {
    const unit = generation.units[name];
    if (unit === undefined) throw new Error(`no unit ${name}`);
    this.#unit = parse(name, render(unit));
  }

  /** Every value of a key, as written. */
  raw(key: string): string[] {
    return Object.values(this.#unit.sections).flatMap((section) => {
      const value = section[key];
      return value === undefined ? [] : [value].flat().map(String);
    });
  }

  keys(): string[] {
    return Object.values(this.#unit.sections).flatMap((section) => Object.keys(section));
  }

  one(key: string): string {
    return this.raw(key).map(specifiers).join();
  }

  words(key: string): string[] {
    return this.raw(key).flatMap(splitWords).map(specifiers);
  }

  /** Of a list of units, in which backslashes are part of names. */
  units(key: string): string[] {
    return this.raw(key).flatMap((line) => line.split(/\s+/));
  }

  commands(key: string): (readonly string[])[] {
    return this.raw(key).map((line) => {
      specifiers(line);
      return parseExec(line).exec;
    });
  }
}

/** `%%` is a percent sign. Any other `%` is something that systemd puts a value in the place of, and no text of ours. */
function specifiers(text: string): string {
  const rest = text.replaceAll("%%", "");
  if (rest.includes("%")) throw new Error(`a specifier: ${text}`);
  return text.replaceAll("%%", "%");
}

/** Units of ours: what they do for the container is read where they do it. */
const isOurs = (unit: string): boolean => /^(stowage-|container-(net|merge)@)/.test(unit);

class Observer {
  readonly #generation: Generation;
  readonly #name: string;
  readonly #unit: ReadUnit;
  /** Arguments that nothing has explained yet. */
  readonly #left: string[];

  constructor(generation: Generation, name: string) {
    this.#generation = generation;
    this.#name = name;
    this.#unit = new ReadUnit(generation, `container@${name}.service`);
    const [nspawn, ...argv] = this.#unit.commands("ExecStart").flat();
    if (nspawn !== "/usr/bin/systemd-nspawn") throw new Error(`not systemd-nspawn: ${nspawn}`);
    this.#left = argv;
  }

  facts(): ContainerFacts {
    const facts = {
      unit: this.#unitFacts(),
      service: this.#serviceFacts(),
      isolation: this.#isolation(),
      files: this.#files(),
      network: this.#network(),
      system: this.#system(),
      parameters: conf(text(this.#generation, `/etc/stowage/containers/${this.#name}.json`)),
    };
    return { ...facts, extraFlags: this.#left };
  }

  #take(option: string): string[] {
    const found = this.#left.filter((word) => word.startsWith(`${option}=`));
    for (const word of found) this.#left.splice(this.#left.indexOf(word), 1);
    return found.map((word) => word.slice(option.length + 1));
  }

  #has(...flags: string[]): boolean {
    const found = flags.filter((flag) => this.#left.includes(flag));
    for (const flag of found) this.#left.splice(this.#left.indexOf(flag), 1);
    return found.length === flags.length;
  }

  #unitFacts(): UnitFacts {
    const name = `container@${this.#name}.service`;
    // The network's unit, which the container comes after, waits for devices of the host.
    const net = this.#generation.units[`container-net@${this.#name}.service`];
    const devices = net === undefined ? null : new ReadUnit(this.#generation, net.name);
    const others = (key: string) =>
      sortedList([
        ...this.#unit.units(key).filter((unit) => !isOurs(unit)),
        ...(devices?.units(key) ?? []).filter((unit) => unit.endsWith(".device")),
      ]);
    return {
      name,
      description: this.#unit.one("Description"),
      wantedBy: Object.entries(this.#generation.unitLinks).flatMap(([link, target]) =>
        target === `../${name}` ? [link.replace(/\.wants\/.*$/, "")] : [],
      ),
      after: others("After"),
      wants: sortedList([...others("Wants"), ...others("After").filter((unit) => this.#isWantedAtBoot(unit))]),
      requires: sortedList([...others("Requires"), ...others("BindsTo")]),
      mountsFor: sortedList(this.#unit.words("RequiresMountsFor").map((path) => this.#place(path))),
      restartIfChanged: this.#unit.one("X-RestartIfChanged") !== "no",
    };
  }

  /** Machines.target asks for devices, so that there is something to wait for. */
  #isWantedAtBoot(unit: string): boolean {
    return unit.endsWith(".device") && this.#generation.unitLinks[`machines.target.wants/${unit}`] !== undefined;
  }

  #place(path: string): string {
    const part = this.#generation.containers[this.#name];
    if (path.startsWith(`/var/lib/stowage/containers/${this.#name}/`)) return "<state>";
    return path === part?.path || /^\/(nix|var\/lib\/stowage\/store)(\/|$)/.test(path) ? "<system>" : path;
  }

  #serviceFacts(): ServiceFacts {
    const { one } = { one: (key: string) => this.#unit.one(key) };
    if (!this.#has("--notify-ready=yes", "--quiet", "--settings=no")) throw new Error("never ready");
    if (this.#take("--machine").join() !== this.#name) throw new Error("another machine's name");
    this.#take("--timezone");
    const kill = this.#unit.one("KillSignal") || "SIGTERM";
    return {
      type: one("Type"),
      restart: one("Restart"),
      restartForceExitStatus: one("RestartForceExitStatus"),
      successExitStatus: one("SuccessExitStatus"),
      slice: one("Slice"),
      delegate: one("Delegate") === "yes",
      killMode: one("KillMode"),
      stop: `${kill}, ${this.#take("--kill-signal").join()}`,
      timeoutStart: one("TimeoutStartSec"),
      syslogIdentifier: one("SyslogIdentifier"),
      reload: this.#unit.raw("ExecReload").length > 0,
      ready: "inside",
      registered: this.#has("--keep-unit"),
      settings: Object.fromEntries(
        this.#unit
          .keys()
          .filter((key) => !explained.has(key))
          // Of a tree that its directory is there, of a system of Nix that its init is.
          .map((key) => [key.replace(/^AssertPathIsDirectory$/, "AssertPathExists"), key])
          .map(([shown, key = ""]) => [shown, /^Assert|^Condition/.test(key) ? "set" : this.#unit.one(key)]),
      ),
      cgroup2: this.#unit.words("Environment").includes("SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1"),
    };
  }

  #isolation(): IsolationFacts {
    this.#take("--private-users-ownership");
    return {
      devicePolicy: this.#unit.one("DevicePolicy"),
      devices: sortedList(this.#unit.raw("DeviceAllow").map(specifiers)),
      nodes: sortedList(this.#binds("--bind").flatMap(({ target }) => (target.startsWith("/dev/") ? [target] : []))),
      capabilities: sortedList(this.#take("--capability").flatMap((list) => list.split(","))),
      users:
        this.#take("--private-users")
          .join()
          .replace(/:65536$/, "") || "no",
    };
  }

  #files(): FileFacts {
    const all = [...this.#binds("--bind"), ...this.#binds("--bind-ro")];
    const isResolv = ({ source }: { source: string }) => source.startsWith("/run/stowage/resolv/");
    const binds = all.filter((bind) => !isResolv(bind) && !ofSystem.test(bind.target));
    this.#take("--resolv-conf");
    for (const option of ["--bind", "--bind-ro"]) this.#take(option);
    this.#take("--overlay-ro");
    this.#has("--setenv=SYSTEMD_UNIT_PATH=/run/declared/current/units:");
    return {
      // What is in memory is a RuntimeDirectory=, which systemd removes.
      root: this.#take("--directory").join().startsWith("/run/") ? "gone on stop" : "persistent",
      binds: sortedList(binds, (bind) => bind.target),
      tmpfs: tmpfsList(this.#take("--tmpfs")),
      resolvConf: all.some(isResolv),
      journal: this.#take("--link-journal").join() === "no" ? "not linked" : "linked",
    };
  }

  #binds(option: "--bind" | "--bind-ro"): FileFacts["binds"] {
    return this.#left
      .filter((word) => word.startsWith(`${option}=`))
      .map((word) => {
        const [source = "", target = source] = splitColons(word.slice(option.length + 1));
        return { source, target, readOnly: option === "--bind-ro" };
      });
  }

  #network(): NetworkFacts {
    const [path = null] = this.#unit.raw("NetworkNamespacePath").map(specifiers);
    const own = path === `/run/netns/ct-${this.#name}`;
    return {
      kind: own ? "own" : path === null ? "host" : "joined",
      path: own ? null : path,
      ...observeNetwork(this.#generation, this.#name),
    };
  }

  #system() {
    const part = this.#generation.containers[this.#name];
    const init = this.#left.find((word) => /^\/.*\/init$/.test(word));
    if (!this.#has(init ?? "--boot")) throw new Error("nothing is booted");
    return { from: part?.flake ?? part?.path ?? "built", personality: this.#take("--personality").join() || null };
  }
}

/** What the container is made of. */
const ofSystem = /^(\/usr|\/run\/(declared(\/current)?|host-system|names|resolv)|\/nix\/.*|\/dev\/.*)$/;

/** systemd-nspawn(1): fields are separated by colons, a backslash takes the next character's meaning away. */
export function splitColons(text: string): string[] {
  const fields = text.match(/(?:\\.|[^\\:])+/g) ?? [];
  return fields.map((field) => field.replaceAll(/\\(.)/g, "$1"));
}
