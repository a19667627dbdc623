/** A machine that carries out plans in memory, as systemd and `apply` would, and remembers what runs with what. */
import type { Generation } from "../../src/compile/index.ts";
import { hostsText } from "../../src/network/index.ts";
import type { Action, Observed, Plan, TakeOver } from "../../src/plan/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import type { ToplevelRecipe } from "../../src/systems/recipe.ts";
import { compare, linesOf, parse, render, type Unit } from "../../src/units/index.ts";

interface Running {
  /** Text of the unit that it was started with. */
  readonly unit: string;
  /** Files of the network unit, as they were at the start. */
  readonly files: string;
  /** What it takes over by a reload: the rules of a firewall. */
  readonly rules: string;
  readonly declared: string | null;
  /** Of all starts on this machine, which one it was. A reload leaves it. */
  readonly start: number;
}

export class SimulatedMachine {
  current: Generation | null = null;
  /** What the journal would name. */
  leftBehind: Generation[] = [];
  readonly #files = new Map<string, string>();
  readonly #links = new Map<string, string>();
  readonly #roots = new Set<string>();
  readonly #declared = new Map<string, string>();
  /** By container: an order that is not carried out. It ends with the run that it was made for. */
  readonly #orders = new Map<string, TakeOver>();
  /** Units as systemd has loaded them. */
  #loaded = new Map<string, string>();
  readonly #running = new Map<string, Running>();
  /** Containers that systemd stopped because they need one that was stopped. */
  stoppedWithOthers: string[] = [];
  #hosts: string | null = null;
  #starts = 0;
  /** Networks of containers that were left running although they differ: what their stop leaves behind is a known limit. */
  readonly #kept = new Set<string>();

  /** The same machine once more. */
  clone(): SimulatedMachine {
    const other = new SimulatedMachine();
    other.current = this.current;
    other.leftBehind = [...this.leftBehind];
    other.#hosts = this.#hosts;
    other.#starts = this.#starts;
    const copy = <K, V>(from: ReadonlyMap<K, V>, to: Map<K, V>) => {
      for (const [key, value] of from) to.set(key, value);
    };
    copy(this.#files, other.#files);
    copy(this.#links, other.#links);
    copy(this.#declared, other.#declared);
    copy(this.#orders, other.#orders);
    copy(this.#loaded, other.#loaded);
    copy(this.#running, other.#running);
    for (const root of this.#roots) other.#roots.add(root);
    for (const unit of this.#kept) other.#kept.add(unit);
    return other;
  }

  observe(generations: readonly Generation[]): Observed {
    const keys = (part: "units" | "unitLinks" | "files" | "containers") => [
      ...new Set(generations.flatMap((one) => Object.keys(one[part]))),
    ];
    const paths = [...keys("files"), ...keys("units").map(unitPath)];
    return {
      units: Object.fromEntries(
        keys("units").map((unit) => [unit, { active: this.#running.has(unit) ? "active" : "inactive", sub: "" }]),
      ),
      files: Object.fromEntries(
        paths.map((path) => {
          const text = this.#files.get(path);
          return [path, text === undefined ? null : { text, ours: true }];
        }),
      ),
      unitLinks: Object.fromEntries(keys("unitLinks").map((link) => [link, this.#links.get(link) ?? null])),
      hosts: this.#hosts,
      // Those that units of ours have made, and a bridge and an interface that are always there.
      interfaces: { virbr0: null, eth9: null, ...Object.fromEntries(this.#bridges().map((bridge) => [bridge, null])) },
      containers: Object.fromEntries(
        keys("containers").map((name) => {
          const order = this.#orders.get(name);
          const pending = order && { from: order.from, recipe: recipeIn(generations, order.from) };
          const onDisk = { hasRoot: this.#roots.has(name), declared: this.#declared.get(name) ?? null };
          return [name, { ...onDisk, ...(pending && { pending }) }];
        }),
      ),
    };
  }

  /** @param steps how many of them are done before the power goes, or all */
  carryOut(plan: Plan, steps = plan.steps.length): void {
    const before = this.leftBehind;
    this.leftBehind = [plan.current, plan.next, ...before].filter((one): one is Generation => one !== null);
    for (const { unit } of plan.kept) this.#kept.add(unit.replace("container@", "container-net@"));
    for (const { action } of plan.steps.slice(0, steps)) this.#perform(action, plan.next);
    if (steps === plan.steps.length) this.leftBehind = [];
  }

  /** By a person. */
  stop(unit: string): void {
    this.#stop(unit);
  }

  isRunning(unit: string): boolean {
    return this.#running.has(unit);
  }

  /** By unit that runs: which of all starts it was. */
  starts(): ReadonlyMap<string, number> {
    return new Map([...this.#running].map(([unit, { start }]) => [unit, start]));
  }

  /** Everything is stopped, and what is enabled is started again: of containers these. */
  reboot(containers: readonly string[]): void {
    this.#running.clear();
    this.#orders.clear();
    this.#load();
    for (const link of this.#links.keys()) {
      const [directory = "", unit = ""] = link.split("/");
      if (directory.endsWith(".target.wants") && !unit.startsWith("container@")) this.#start(unit);
    }
    for (const unit of containers) this.#start(unit);
  }

  #bridges(): string[] {
    return [...this.#running.keys()].flatMap((unit) => /^stowage-bridge@(.+)\.service$/.exec(unit)?.[1] ?? []);
  }

  /** What of a generation's running units runs with something else than it says. */
  stale(generation: Generation): string[] {
    return Object.values(generation.units).flatMap((unit) => {
      const running = this.#running.get(unit.name);
      if (running === undefined) return [];
      const part = Object.values(generation.containers).find((one) => one.unit === unit.name);
      const declared = part === undefined || part.ephemeral || running.declared === part.system;
      const isRuled = running.rules === this.#rulesOf(unit.name, render(unit));
      return compare(parse(unit.name, running.unit), unit) === "equal" && declared && isRuled ? [] : [unit.name];
    });
  }

  /** Everything of ours that is there, to compare two machines. */
  everything(): unknown {
    const sorted = <T>(map: ReadonlyMap<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    return [
      sorted(this.#files),
      sorted(this.#links),
      this.#hosts ?? "",
      [...this.#running.keys()].sort(),
      this.current?.id,
    ];
  }

  #perform(action: Action, next: Generation): void {
    switch (action.do) {
      case "write-unit":
        return void this.#files.set(unitPath(action.unit), render(next.units[action.unit]!));
      case "remove-unit":
        return void this.#files.delete(unitPath(action.unit));
      case "write-file":
        return void this.#files.set(action.path, next.files[action.path]!.text);
      case "remove-file":
        return void this.#files.delete(action.path);
      case "write-unit-link":
        return void this.#links.set(action.link, action.target);
      case "remove-unit-link":
        return void this.#links.delete(action.link);
      case "write-hosts":
        this.#hosts = hostsText(next.hosts);
        return;
      case "seed-root":
        return void this.#roots.add(action.container);
      case "prepare":
        this.#prepare(action.container, action.order);
        return;
      case "declare":
        return void this.#declared.set(action.container, next.containers[action.container]!.system!);
      case "record-generation":
        this.current = next;
        return;
      case "daemon-reload":
        this.#load();
        return;
      case "stop-unit":
        this.#stop(action.unit);
        return;
      case "restart-unit":
        this.#restart(action.unit);
        return;
      case "start-unit":
        this.#start(action.unit);
        return;
      case "reload-unit":
        this.#reload(action.unit);
        return;
    }
  }

  #prepare(container: string, order: TakeOver): void {
    const running = this.#running.get(`container@${container}.service`);
    if (running === undefined) return;
    if (order.from !== running.declared) throw new Error(`${container} does not run with what the order begins with`);
    this.#orders.set(container, order);
  }

  /** What stops with it for its sake is started with it again. A network may outlive its container's restart. */
  #restart(unit: string): void {
    this.#orders.delete(/^container@(.*)\.service$/.exec(unit)?.[1] ?? "");
    const dependents = this.#boundTo(unit);
    this.#running.delete(unit);
    for (const other of dependents) this.#restart(other);
    this.#start(unit);
    for (const other of dependents) this.#start(other);
  }

  #reload(unit: string): void {
    const container = /^container@(.*)\.service$/.exec(unit)?.[1];
    const running = this.#running.get(unit);
    if (unit.startsWith("container-net@") && running !== undefined) {
      this.#running.set(unit, { ...running, rules: this.#rulesOf(unit, this.#loaded.get(unit) ?? "") });
      return;
    }
    if (container === undefined && running !== undefined) return;
    if (container === undefined || running === undefined) throw new Error(`${unit} is reloaded and does not run`);
    const order = this.#orders.get(container);
    if (order === undefined) throw new Error(`${unit} is reloaded without an order`);
    if (order.refuse !== null) throw new Error(`${unit} cannot be reloaded: ${order.refuse}`);
    this.#running.set(unit, { ...running, declared: this.#declared.get(container) ?? null });
    this.#orders.delete(container);
  }

  #load(): void {
    const units = [...this.#files].filter(([path]) => path.startsWith(`${defaultLayout.units}/`));
    this.#loaded = new Map(units.map(([path, text]) => [path.slice(defaultLayout.units.length + 1), text]));
  }

  /** Starts what it needs, then itself, then what it wants. systemd loads a unit that it does not know yet by itself. */
  #start(unit: string): void {
    const text = this.#loaded.get(unit) ?? this.#files.get(unitPath(unit));
    if (text === undefined) {
      if (/^(container|stowage|(podman|docker)-|s\d)/.test(unit))
        throw new Error(`${unit} is started and there is no such unit`);
      return;
    }
    if (this.#running.has(unit)) return;
    const { Unit: about, Service: service } = sectionsOf(text);
    // It has done its work, and does not remain.
    if (service?.Type === "oneshot" && service.RemainAfterExit !== "yes") return;
    const named = (key: string) => linesOf(about?.[key] ?? []).flatMap((line) => line.split(" "));
    for (const needed of [...named("Requires"), ...named("BindsTo")]) if (needed !== unit) this.#start(needed);
    const container = /^container@(.*)\.service$/.exec(unit)?.[1];
    if (container !== undefined && text.includes("/var/lib/stowage/containers/") && !this.#roots.has(container))
      throw new Error(`${unit} is started without a root`);
    const declared = container === undefined ? null : (this.#declared.get(container) ?? null);
    const [files, rules, start] = [this.#filesOf(unit), this.#rulesOf(unit, text), ++this.#starts];
    this.#running.set(unit, { unit: text, files, rules, declared, start });
    const links = [...this.#links.keys()].flatMap((link) =>
      link.startsWith(`${unit}.wants/`) ? link.slice(unit.length + 7) : [],
    );
    // One that is wanted may be missing: a bridge of somebody else's has no unit of ours.
    for (const wanted of [...named("Wants"), ...links]) if (this.#isThere(wanted)) this.#start(wanted);
  }

  #isThere(unit: string): boolean {
    return this.#loaded.has(unit) || this.#files.has(unitPath(unit));
  }

  /** What is bound to it stops too, and a network that nobody needs. */
  #stop(unit: string): void {
    const running = this.#running.get(unit);
    if (running === undefined) return;
    // Its ExecStopPost reads these: another link, or other elements, would be left behind.
    if (running.files !== this.#filesOf(unit) && !this.#kept.delete(unit))
      throw new Error(`${unit} is stopped after its files have changed`);
    if (/^(podman|docker)-/.test(unit) && !this.#files.has(unitPath(unit)))
      throw new Error(`${unit} is stopped after its unit was removed`);
    this.#running.delete(unit);
    for (const name of this.#boundTo(unit)) {
      if (/^(container@|(podman|docker)-|s\d)/.test(name)) this.stoppedWithOthers.push(name);
      this.#stop(name);
    }
    const container = /^container@(.*)\.service$/.exec(unit)?.[1];
    if (container !== undefined) this.#orders.delete(container);
    if (container !== undefined) this.#stop(`container-net@${container}.service`);
  }

  /** Those that run and stop with it. What systemd goes by is the definition that it has loaded last. */
  #boundTo(unit: string): string[] {
    return [...this.#running].flatMap(([name, { unit: text }]) => {
      const loaded = sectionsOf(this.#loaded.get(name) ?? text).Unit;
      const stops = ["BindsTo", "Requires"].some((key) =>
        linesOf(loaded?.[key] ?? [])
          .join(" ")
          .split(" ")
          .includes(unit),
      );
      return stops ? name : [];
    });
  }

  /** What its stop reads. */
  #filesOf(unit: string): string {
    const container = /^container-net@(.*)\.service$/.exec(unit)?.[1];
    if (container === undefined) return "";
    const paths = ["down", "back", "nft-down"].map((part) => `${defaultLayout.etc}/network/${container}.${part}`);
    return JSON.stringify(paths.map((path) => this.#files.get(path) ?? null));
  }

  /** What it has in place once the unit with this text was started, or reloaded. */
  #rulesOf(unit: string, text: string): string {
    const file = /^ExecReload=.* -f (\S+)$/m.exec(text)?.[1];
    if (!unit.startsWith("container-net@") || file === undefined) return "";
    const rules = this.#files.get(file);
    if (rules === undefined) throw new Error(`${unit} reads ${file}, which is not there`);
    return rules;
  }
}

const parsed = new Map<string, Unit["sections"]>();
function sectionsOf(text: string): Unit["sections"] {
  const known = parsed.get(text) ?? parse("", text).sections;
  parsed.set(text, known);
  return known;
}

const unitPath = (unit: string): string => `${defaultLayout.units}/${unit}`;

function recipeIn(generations: readonly Generation[], name: string): ToplevelRecipe | null {
  const recipe = generations.map((one) => one.systems[name]).find((one) => one !== undefined);
  return recipe?.kind === "toplevel" ? recipe : null;
}
