/** What a change says while it is under way: events for programs, live lines on a terminal, a true word when it is interrupted. */
import { expect } from "vitest";
import { differences, parseEvents, readEventsPage } from "../../cli/events-page.ts";
import { hostWith } from "../configurations.ts";
import { eventually, type Machine, scenario } from "../harness.ts";
import { beginInBackground, closeGate, codeOf, heldAtGate, isolated, openGate, withGate } from "./gate.ts";

const page = readEventsPage();

/** Each event as it is described; @returns their names in turn, without repeats of one. */
function namesOf(stdout: string): unknown[] {
  const events = parseEvents(stdout);
  expect(events.flatMap((event) => differences(page, event))).toEqual([]);
  const times = events.map(({ time }) => Number(time));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  return events.map(({ event }) => event);
}

/** Interrupts what is held by the gate. @returns what it said last */
async function interrupted(host: Machine, pid: number, file: string, code: number, signal: string): Promise<string> {
  await host.must(["kill", `-${signal}`, String(pid)]);
  expect(await codeOf(host, file)).toBe(code);
  return (await host.get(`${file}.err`)).trimEnd().split("\n").at(-1) ?? "";
}

scenario(
  "events while it happens, lines on a terminal, and what is true when it is cut short",
  async ({ host }) => {
    await withGate(host);
    await host.configure(hostWith({ web: isolated }));
    const first = await host.stowage(["switch", "--events"]);
    const names = namesOf(first);
    expect(names.filter((name) => !["work", "work-ended"].includes(String(name))).slice(0, 3)).toEqual([
      "plan",
      "begun",
      "step-started",
    ]);
    expect(names.at(-1)).toBe("result");
    const ended = parseEvents(first).filter(({ event }) => event === "step-ended");
    expect(parseEvents(first).at(-1)).toMatchObject({ exitCode: 0, generation: 1, steps: { length: ended.length } });
    expect(parseEvents(first).find(({ event }) => event === "begun")?.scope).toMatch(/^stowage-switch-\d+\.scope$/);
    const jobs = parseEvents(first).filter(({ event }) => event === "job");
    expect(jobs).toContainEqual(expect.objectContaining({ unit: "container@web.service", active: "activating" }));
    expect(namesOf(await host.stowage(["switch", "--events"]))).toEqual(["plan", "result"]);

    // On a terminal, as long as it lasts.
    await closeGate(host);
    await host.configure(hostWith({ web: isolated, other: isolated }));
    await beginInBackground(
      host,
      "/tmp/terminal",
      "script --quiet --return --flush --command 'TERM=xterm stowage switch' /tmp/typescript",
    );
    const switching = await heldAtGate(host, "container@other.service");
    // What was drawn last, after the lines before were erased.
    const drawn = async () => (await host.get("/tmp/typescript")).split("\u001b[J").at(-1);
    await eventually(async () =>
      expect(await drawn()).toMatch(/starting container@other\.service \(activating: start-pre, \d+s\)/),
    );
    await interrupted(host, switching, "/tmp/terminal", 130, "INT");
    expect(await host.get("/tmp/typescript")).toContain("interrupted: the next switch goes on where this one stopped");
    await openGate(host);
    const end = await host.must(["script", "--quiet", "--return", "--command", "stowage switch", "/dev/null"]);
    expect(end).toContain("generation 2 is current; done");

    await closeGate(host);
    await beginInBackground(host, "/tmp/rollback", "stowage rollback");
    const rolling = await heldAtGate(host, "container@other.service");
    expect(await interrupted(host, rolling, "/tmp/rollback", 143, "TERM")).toBe(
      "interrupted: `stowage rollback 1` goes on to generation 1, `stowage switch` to what host.ts says",
    );
    await openGate(host);
    await host.stowage(["rollback", "1"]);
    expect(await host.property("container@other.service", "LoadState")).toBe("not-found");
    expect((await host.run(["test", "-e", "/var/lib/stowage/switch.json"])).code).toBe(1);

    const removed = await host.stowage(["gc", "--keep", "0", "--events"]);
    expect(namesOf(removed)).toEqual(["begun", "result"]);
    expect(parseEvents(removed).at(-1)).toMatchObject({ generations: [2] });

    await closeGate(host);
    await beginInBackground(host, "/tmp/uninstall", "stowage uninstall --state --events");
    const leaving = await heldAtGate(host);
    const words =
      "`stowage uninstall --state` goes on where this one stopped, `stowage switch` makes anew what host.ts says";
    expect(await interrupted(host, leaving, "/tmp/uninstall", 130, "INT")).toBe(`interrupted: ${words}`);
    expect(namesOf(await host.get("/tmp/uninstall.out")).at(-1)).toBe("interrupted");
    await openGate(host);
    const gone = await host.stowage(["uninstall", "--state", "--events"]);
    expect(namesOf(gone).at(-1)).toBe("result");
    expect(parseEvents(gone).at(-1)).toMatchObject({ exitCode: 0, generation: null, kept: [] });
    expect((await host.run(["test", "-e", "/var/lib/stowage/generations"])).code).toBe(1);
  },
  { on: "trixie", timeout: 400_000 },
);
