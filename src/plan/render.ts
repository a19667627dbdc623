/** A plan as text for people: by container, each step with its reason. The JSON form is the value itself. */
import type { InnerChange } from "./inner.ts";
import type { Action, Plan, Step } from "./plan.ts";

/** "" where there is nothing to do. Ends with a line break otherwise. */
export function renderPlan(plan: Plan): string {
  if (plan.steps.length === 0) return "";
  const byContainer = new Map<string | undefined, Step[]>([[undefined, []]]);
  for (const step of plan.steps) {
    const steps = byContainer.get(step.container);
    if (steps === undefined) byContainer.set(step.container, [step]);
    else steps.push(step);
  }
  const containers = [...byContainer.keys()].filter((name) => name !== undefined).sort();
  const groups = [
    ...containers.map((name) => group(heading(name, plan), byContainer.get(name) ?? [])),
    group("host", byContainer.get(undefined) ?? []),
    notes(
      "kept",
      plan.kept.map(({ unit, because }) => `${unit}: ${because}`),
    ),
    notes("note", [...plan.notices, ...(plan.drift ?? [])]),
  ];
  return `${groups.filter((text) => text !== "").join("\n\n")}\n`;
}

/** What is told also where there is nothing to do: as `plan` prints it then. */
export const renderDrift = ({ drift = [] }: Plan): string => (drift.length === 0 ? "" : `${notes("note", drift)}\n`);

function heading(name: string, plan: Plan): string {
  const part = plan.next.containers[name];
  if (part === undefined) return `container ${name}`;
  const because = part.isolation === "trusted" ? `: ${part.trustedBecause.join(", ")}` : "";
  return `container ${name} (${part.isolation}${because})`;
}

interface Line {
  readonly verb: string;
  readonly because: string;
  readonly objects: string[];
}

/** Steps that do the same for the same reason are one line. */
function group(title: string, steps: readonly Step[]): string {
  if (steps.length === 0) return "";
  const lines: Line[] = [];
  const inside: string[] = [];
  for (const { action, because } of steps) {
    if (action.do === "prepare") inside.push(...innerLines(action));
    const [verb, object] = words(action);
    const last = lines.find((line) => line.verb === verb && line.because === because);
    if (last === undefined) lines.push({ verb, because, objects: [object] });
    else last.objects.push(object);
  }
  return [title, ...lines.map(renderLine), ...inside].join("\n");
}

/** Accounts that come, change or go; what becomes of the units inside, where they run; then files below /etc. */
function innerLines({ container, order, stop }: Extract<Action, { do: "prepare" }>): string[] {
  const { units, etc, accounts = [] } = order;
  if (units.length === 0 && etc.length === 0 && accounts.length === 0) return [];
  const verb = (change: InnerChange) => (change.verb === "exchange" ? "restart" : change.verb);
  const title = stop ? "  inside:" : `  inside, once it is told to by "stowage reload ${container}":`;
  const lines = [
    ...accounts.map(({ verb, account, because }) => renderLine({ verb, because, objects: [account] })),
    ...units.map((change) => renderLine({ verb: verb(change), because: change.because, objects: [change.unit] })),
    ...(etc.length === 0
      ? []
      : [renderLine({ verb: "write", because: "", objects: etc.map((path) => `/etc/${path}`) })]),
  ];
  return [title, ...lines.map((line) => `  ${line}`)];
}

function renderLine({ verb, because, objects }: Line): string {
  const shown =
    objects.length > 3 ? `${objects.slice(0, 2).join(", ")} and ${objects.length - 2} more` : objects.join(", ");
  return `  ${[verb.padEnd(8), shown].join(" ").trimEnd()}${because === "" ? "" : `  (${because})`}`;
}

function words(action: Action): [verb: string, object: string] {
  switch (action.do) {
    case "stop-unit":
      return ["stop", action.unit];
    case "start-unit":
      return ["start", action.unit];
    case "restart-unit":
      return ["restart", action.unit];
    case "reload-unit":
      return ["reload", action.unit];
    case "write-unit":
      return ["write", action.unit];
    case "remove-unit":
      return ["remove", action.unit];
    case "write-unit-link":
      return ["write", action.link];
    case "remove-unit-link":
      return ["remove", action.link];
    case "write-file":
      return ["write", action.path];
    case "remove-file":
      return ["remove", action.path];
    case "write-hosts":
      return ["write", "/etc/hosts"];
    case "seed-root":
      return ["make", "its root"];
    case "prepare":
      return ["prepare", "its files and services"];
    case "declare":
      return ["declare", "its files and services"];
    case "record-generation":
      return ["record", "the generation"];
    case "daemon-reload":
      return ["reload", "systemd"];
    case "load-ports":
      return ["load", "its ports"];
    case "reload-manager":
      return ["reload", action.manager];
  }
}

function notes(title: string, texts: readonly string[]): string {
  return texts.length === 0 ? "" : [title, ...texts.map((text) => `  ${text}`)].join("\n");
}
