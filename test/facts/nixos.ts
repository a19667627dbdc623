/** What was measured of NixOS, as facts. */
import type { Measured, MeasuredContainer } from "./case.ts";
import type {
  ContainerFacts,
  FileFacts,
  HostFacts,
  IsolationFacts,
  NetworkFacts,
  ServiceFacts,
  UnitFacts,
} from "./facts.ts";
import { Interfaces } from "./ip.ts";
import { explained, sortedList, tmpfsList } from "./lists.ts";

export function nixosFacts(measured: Measured): HostFacts {
  return {
    containers: Object.fromEntries(measured.containers.map((one) => [one.container, containerFacts(one)])),
    hosts: sortedList(measured.extraHosts),
    machinesTarget: measured.targetsWants["multi-user"]?.includes("machines.target") ?? false,
    templates: measured.units.filter((unit) => unit.includes("@.")),
    unmanaged: measured.denyInterfaces,
    kernelModules: measured.kernelModules,
  };
}

function containerFacts(one: MeasuredContainer): ContainerFacts {
  const argv = new Argv(one.nspawnArgv);
  const facts = {
    unit: unitFacts(one),
    service: serviceFacts(one, argv),
    isolation: isolationFacts(one, argv),
    files: fileFacts(one, argv),
    network: networkFacts(one, argv),
    system: {
      from: new Map(one.conf).get("FLAKE") ?? new Map(one.conf).get("SYSTEM_PATH") ?? "",
      personality: argv.take("--personality").join() || null,
    },
    parameters: Object.fromEntries(one.conf),
  };
  return { ...facts, extraFlags: argv.rest() };
}

/** Arguments of systemd-nspawn; each is taken once, and the rest nobody explains. */
class Argv {
  readonly #left: string[];

  constructor(argv: readonly string[]) {
    // The last two are the program and what it is to start.
    this.#left = argv.slice(1, -2);
  }

  /** Values of `--option=value` and `-o value`. */
  take(option: string): string[] {
    const found: string[] = [];
    for (let at = 0; at < this.#left.length; ) {
      const word = this.#left[at] ?? "";
      const separate = word === option && !option.startsWith("--");
      if (!separate && !word.startsWith(`${option}=`)) {
        at += 1;
        continue;
      }
      found.push(separate ? (this.#left[at + 1] ?? "") : word.slice(option.length + 1));
      this.#left.splice(at, separate ? 2 : 1);
    }
    return found;
  }

  has(flag: string): boolean {
    const at = this.#left.indexOf(flag);
    if (at >= 0) this.#left.splice(at, 1);
    return at >= 0;
  }

  rest(): string[] {
    return this.#left;
  }
}

/** `%i` is the name; a key that was given once or more. */
function values(one: MeasuredContainer, section: "Unit" | "Service" | "Install", key: string): string[] {
  const value = one[section][key] ?? [];
  return (Array.isArray(value) ? value : [value]).map((text: string) => text.replaceAll("%i", one.container));
}

const words = (one: MeasuredContainer, section: "Unit" | "Install", key: string): string[] =>
  sortedList(values(one, section, key).flatMap((text) => text.split(" ")));

function unitFacts(one: MeasuredContainer): UnitFacts {
  return {
    name: one.unit,
    description: values(one, "Unit", "Description").join(),
    wantedBy: words(one, "Install", "WantedBy"),
    after: words(one, "Unit", "After"),
    wants: words(one, "Unit", "Wants"),
    requires: words(one, "Unit", "Requires"),
    mountsFor: sortedList(
      values(one, "Unit", "RequiresMountsFor").map((path) =>
        path.startsWith("/var/lib/nixos-cont") ? "<state>" : path,
      ),
    ),
    restartIfChanged: one.restartIfChanged,
  };
}

function serviceFacts(one: MeasuredContainer, argv: Argv): ServiceFacts {
  const service = (key: string) => values(one, "Service", key).join();
  argv.take("-M");
  argv.take("-D");
  const ready = argv.take("--notify-ready").join();
  if (ready !== "yes") throw new Error(`--notify-ready=${ready}`);
  return {
    type: service("Type"),
    restart: service("Restart"),
    restartForceExitStatus: service("RestartForceExitStatus"),
    successExitStatus: service("SuccessExitStatus"),
    slice: service("Slice"),
    delegate: service("Delegate") === "true",
    killMode: service("KillMode"),
    stop: `SIG${service("KillSignal")}, ${argv.take("--kill-signal").join()}`,
    timeoutStart: service("TimeoutStartSec"),
    syslogIdentifier: service("SyslogIdentifier"),
    // Every container has it: a script that calls the new system's program for switching.
    reload: true,
    ready: "inside",
    registered: argv.has("--keep-unit"),
    settings: Object.fromEntries(
      [...Object.entries(one.Unit), ...Object.entries(one.Service)].flatMap(([key, value]) =>
        explained.has(key) ? [] : [[key, String(value)]],
      ),
    ),
    cgroup2: one.nspawnEnvironment.SYSTEMD_NSPAWN_UNIFIED_HIERARCHY === "1",
  };
}

function isolationFacts(one: MeasuredContainer, argv: Argv): IsolationFacts {
  const given = argv.take("--capability").flatMap((list) => list.split(","));
  return {
    devicePolicy: values(one, "Service", "DevicePolicy").join(),
    devices: sortedList(values(one, "Service", "DeviceAllow")),
    nodes: [],
    // systemd-nspawn(1): CAP_NET_ADMIN comes with every private network, but not with a joined one.
    capabilities: sortedList([...given, ...(isOwnNetwork(one.nspawnArgv) ? ["CAP_NET_ADMIN"] : [])]),
    users: argv.take("--private-users").join(),
  };
}

function fileFacts(one: MeasuredContainer, argv: Argv): FileFacts {
  const binds = (option: string, readOnly: boolean) =>
    argv.take(option).map((text) => {
      const [source = "", target = source] = text.split(":");
      return { source, target, readOnly };
    });
  return {
    root: argv.has("--ephemeral") ? "gone on stop" : "persistent",
    binds: sortedList([...binds("--bind", false), ...binds("--bind-ro", true)], (bind) => bind.target),
    tmpfs: tmpfsList(argv.take("--tmpfs")),
    resolvConf: new Map(one.conf).get("COPY_RESOLV_CONF") === "1",
    journal: argv.take("--link-journal").length > 0 ? "linked" : "not linked",
  };
}

const isOwnNetwork = (argv: readonly string[]): boolean =>
  argv.some((word) => /^--(private-network$|network-(veth|veth-extra|bridge|interface|macvlan)\b)/.test(word));

function networkFacts(one: MeasuredContainer, argv: Argv): NetworkFacts {
  const own = isOwnNetwork(one.nspawnArgv);
  const [path = null] = argv.take("--network-namespace-path");
  const ip = made(one, argv);
  argv.has("--private-network");
  return {
    kind: own ? "own" : path === null ? "host" : "joined",
    path,
    links: ip.pairs("inside"),
    interfaces: ip.moved("inside"),
    macvlans: ip.macvlans("inside"),
    ports: argv.take("--port"),
  };
}

/** What systemd-nspawn makes, then NixOS's commands on the host and inside. */
function made(one: MeasuredContainer, argv: Argv): Interfaces {
  const ip = new Interfaces();
  const [bridge = null] = argv.take("--network-bridge");
  const veth = argv.has("--network-veth") || bridge !== null;
  if (veth) ip.addPair(`${bridge === null ? "ve" : "vb"}-${one.container}`, "host0", "inside", bridge);
  for (const name of argv.take("--network-veth-extra")) ip.addPair(name, name, "inside");
  for (const name of argv.take("--network-interface")) ip.addMoved(name, "inside");
  for (const name of argv.take("--network-macvlan")) ip.addMacvlan(name, `mv-${name}`, "inside");
  for (const [, ...command] of one.postStartCommands) ip.run(command, null);
  for (const [, ...command] of one.containerInit) ip.run(command, "inside");
  return ip;
}
