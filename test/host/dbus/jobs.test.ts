import { afterEach, describe, expect, test } from "vitest";
import { ConnectionLost } from "../../../src/host/dbus/connection.ts";
import { afterwards } from "../../../src/host/dbus/job-result.ts";
import { Jobs } from "../../../src/host/dbus/jobs.ts";
import { Manager, unitPath } from "../../../src/host/dbus/manager.ts";
import type { Message } from "../../../src/host/dbus/message.ts";
import type { Value } from "../../../src/host/dbus/values.ts";
import type { JobState } from "../../../src/host/systemd.ts";
import { type Answer, jobPath, Peer } from "./peer.ts";

let peer: Peer;
afterEach(() => peer.end());

/** A systemd with one unit and at most one job of it. */
class Fake {
  job: { id: number; type: string; state: string } | null = null;
  waitsFor: string[] = [];
  properties: Record<string, Value> = { ActiveState: "inactive", Result: "success", ReloadResult: "success" };
  onStart: (peer: Peer) => void = () => undefined;
  #ids = 0;

  answer(call: Message): Answer | undefined {
    switch (call.member) {
      case "StartUnit":
        this.#ids += 1;
        this.job = { id: this.#ids, type: "start", state: "running" };
        this.onStart(peer);
        return ["o", jobPath(this.#ids)];
      case "ListJobs":
        return ["a(usssoo)", this.job === null ? [] : [this.#row(this.job)]];
      case "GetBefore":
        return ["a(usssoo)", this.waitsFor.map((name) => [99, name, "start", "running", jobPath(99), unitPath(name)])];
      case "ListUnitsByNames":
        return ["a(ssssssouso)", [[unit, "", "loaded", `${this.properties.ActiveState}`, "dead", "", "/", 0, "", "/"]]];
      default:
        return this.#get(`${call.body[1]}`);
    }
  }

  #row({ id, type, state }: { id: number; type: string; state: string }): Value {
    return [id, unit, type, state, jobPath(id), unitPath(unit)];
  }

  #get(name: string): Answer {
    const value = name === "InactiveEnterTimestampMonotonic" ? 0n : this.properties[name];
    if (value === undefined) return { error: "org.freedesktop.DBus.Error.UnknownProperty" };
    return ["v", { signature: typeof value === "bigint" ? "t" : "s", value }];
  }
}

const unit = "a@b-c.service";
const request = { verb: "start", unit, member: "StartUnit", signature: "ss", body: [unit, "replace"] } as const;

async function started(prepare: (fake: Fake) => void, onJob?: (state: JobState) => void, patience?: number) {
  const fake = new Fake();
  prepare(fake);
  peer = await new Peer((call) => fake.answer(call)).listen();
  const jobs = new Jobs(peer.path, patience);
  return { fake, jobs, result: jobs.run(request, onJob) };
}

const soon = (work: () => void, after = 20) => void setTimeout(work, after);

test("the result that systemd says, as soon as it says it", async () => {
  const { result } = await started((fake) => {
    fake.onStart = (peer) => soon(() => peer.jobRemoved(1, unit, "dependency"));
  });
  expect(await result).toBe("dependency");
  expect(peer.calls.map(({ member }) => member)).toEqual(["StartUnit"]);
});

test("a result that comes before the reply that names the job", async () => {
  const { result } = await started((fake) => {
    fake.onStart = (peer) => peer.jobRemoved(1, unit, "timeout");
  });
  expect(await result).toBe("timeout");
});

test("a signal that got lost: job and unit are looked at", async () => {
  const { result } = await started((fake) => {
    fake.onStart = () => {
      fake.job = null;
      fake.properties = { ActiveState: "failed", Result: "exit-code" };
    };
  });
  expect(await result).toBe("failed");
});

test("two who want the same job get the same result", async () => {
  const { fake, jobs, result } = await started(() => undefined);
  const second = (async () => {
    while (fake.job === null) await new Promise((resolve) => setTimeout(resolve, 5));
    peer.answers = (call) => (call.member === "StartUnit" ? ["o", jobPath(1)] : fake.answer(call));
    soon(() => peer.jobRemoved(1, unit, "done"), 50);
    return jobs.run(request);
  })();
  expect(await Promise.all([result, second])).toEqual(["done", "done"]);
});

test("systemd ends the connection and goes on with the job", async () => {
  const { result } = await started((fake) => {
    fake.onStart = (peer) => {
      soon(() => peer.drop());
      soon(() => peer.jobRemoved(1, unit, "done"), 300);
    };
  });
  expect(await result).toBe("done");
});

test("systemd ends the connection, and the job meanwhile", async () => {
  const { result } = await started((fake) => {
    fake.onStart = (peer) =>
      soon(() => {
        fake.job = null;
        fake.properties = { ActiveState: "active" };
        peer.drop();
      });
  });
  expect(await result).toBe("done");
});

test("a connection that ends before the reply: the job that is there is taken, not made again", async () => {
  const { fake, result } = await started((fake) => {
    fake.onStart = (peer) => {
      peer.drop();
      soon(() => peer.jobRemoved(1, unit, "done"), 300);
    };
  });
  expect(await result).toBe("done");
  expect(fake.job?.id).toBe(1);
});

test("however many find the connection lost, one more is opened", async () => {
  let lost = 0;
  peer = await new Peer(() => [""]).listen();
  const manager = new Manager(peer.path, { wants: () => false, onSignal: () => undefined, onLost: () => void lost++ });
  await manager.connect();
  peer.drop();
  await expect.poll(() => lost).toBe(1);
  await Promise.all(Array.from({ length: 50 }, () => manager.method("Reload")));
  expect([peer.calls.length, peer.admitted]).toEqual([50, 2]);
});

test("systemd does not come back", async () => {
  const { result } = await started(
    (fake) => {
      fake.onStart = () => soon(() => void peer.end());
    },
    undefined,
    200,
  );
  await expect(result).rejects.toBeInstanceOf(ConnectionLost);
});

test("progress: what it waits for, then how its unit stands; nothing twice, nothing of others", async () => {
  const told: JobState[] = [];
  const { fake, result } = await started(
    (fake) => {
      fake.waitsFor = ["z.service", "y.service"];
      fake.onStart = () => {
        if (fake.job !== null) fake.job.state = "waiting";
      };
    },
    (state) => void told.push(state),
  );
  while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  if (fake.job !== null) fake.job.state = "running";
  peer.unitChanged(unitPath("other.service"), { ActiveState: "failed" });
  peer.unitChanged(jobPath(1), { State: "running" });
  peer.unitChanged(unitPath(unit), { ActiveState: "activating", SubState: "start" });
  peer.unitChanged(unitPath(unit), { ActiveState: "activating", SubState: "start" });
  peer.unitChanged(unitPath(unit), { StatusText: "x".repeat(5000) });
  peer.jobRemoved(1, unit, "done");
  peer.unitChanged(unitPath(unit), { ActiveState: "active" });
  await result;
  const state = { unit, active: "activating", sub: "start", status: "", waitsFor: [] };
  expect(told).toEqual([
    { ...state, active: "inactive", sub: "dead", waitsFor: ["y.service", "z.service"] },
    { ...state, active: "inactive", sub: "dead" },
    state,
    { ...state, status: "x".repeat(200) },
  ]);
});

describe("a result that nobody heard", () => {
  const active = { active: "active", result: "success", reloadResult: "success", inactiveSince: 0n };
  test.each([
    ["start", active, "done"],
    ["restart", { ...active, active: "reloading" }, "done"],
    ["start", { ...active, active: "failed", result: "exit-code" }, "failed"],
    ["start", { ...active, active: "failed", result: "timeout" }, "timeout"],
    // It ran and ended since then; it never ran.
    ["start", { ...active, active: "inactive", inactiveSince: 200n }, "done"],
    ["start", { ...active, active: "inactive", inactiveSince: 50n }, "canceled"],
    ["start", { ...active, active: "deactivating" }, "canceled"],
    ["start", { ...active, active: "activating" }, "failed"],
    ["stop", active, "canceled"],
    ["stop", { ...active, active: "inactive" }, "done"],
    ["stop", { ...active, active: "failed" }, "done"],
    ["reload", active, "done"],
    ["reload", { ...active, reloadResult: "exit-code" }, "failed"],
    ["reload", { ...active, active: "inactive", inactiveSince: 200n }, "canceled"],
  ] as const)("%s", (verb, after, result) => {
    expect(afterwards(verb, after, 100n)).toBe(result);
  });
});

test("paths of units", () => {
  expect(unitPath("container@web-1.service")).toBe("/org/freedesktop/systemd1/unit/container_40web_2d1_2eservice");
  expect(unitPath("1\\x2d.mount")).toBe("/org/freedesktop/systemd1/unit/_31_5cx2d_2emount");
});
