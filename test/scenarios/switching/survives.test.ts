/** A change that has begun comes to its end without the login and the terminal that it was begun from (rule 11). */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { eventually, type Machine, scenario } from "../harness.ts";
import { closeGate, heldAtGate, isolated, logged, openGate, scopes, withGate } from "./gate.ts";

const ended = async (host: Machine) => {
  await eventually(async () => expect(await scopes(host)).toEqual([]), 60_000);
  expect((await host.run(["test", "-e", "/var/lib/stowage/switch.json"])).code).toBe(1);
};
const current = async (host: Machine) => (await host.must(["readlink", "/var/lib/stowage/generations/current"])).trim();

scenario(
  "the login ends, the terminal is closed: the switch goes on, and what it did can be read",
  async ({ host }) => {
    await withGate(host);
    await closeGate(host);
    await host.configure(hostWith({ web: isolated }));
    // As a login has it: a shell, and what was started from it, all of which goes with the unit.
    await host.must([
      "systemd-run",
      "--unit=login",
      "--property=KillMode=control-group",
      "sh",
      "-c",
      "stowage switch; :",
    ]);
    await heldAtGate(host);
    await host.must(["systemctl", "stop", "login.service"]);
    expect(await host.property("login.service", "ActiveState")).toBe("inactive");
    expect(await scopes(host)).toHaveLength(1);
    await openGate(host);
    await ended(host);
    expect(await host.property("container@web.service", "ActiveState")).toBe("active");
    expect(await current(host)).toBe("1");
    const first = await logged(host);
    expect(first).toMatch(/^switch begins: \d+ steps\nswitch: made the root of web .*\nswitch: started container@web/);
    expect(first).toMatch(/switch: generation 1 is current; done\n$/);

    // Nothing to do: no scope, nothing in the log.
    expect(await host.tryStowage(["switch"])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await logged(host)).toBe(first);

    await host.configure(hostWith({ web: isolated, other: isolated }));
    await closeGate(host);
    const shell = ["script", "--quiet", "--return", "--command", "stowage switch", "/dev/null"];
    await host.must(["systemd-run", "--unit=terminal", ...shell]);
    await heldAtGate(host, "container@other.service");
    // The terminal's own end: what still has it open gets SIGHUP, and errors from then on.
    await host.must(["systemctl", "kill", "--signal=KILL", "terminal.service"]);
    await host.waitForUnit("terminal.service", "failed");
    expect(await scopes(host)).toHaveLength(1);
    await openGate(host);
    await ended(host);
    expect(await host.property("container@other.service", "ActiveState")).toBe("active");
    expect((await logged(host)).slice(first.length)).toMatch(
      /from generation 1\n[\s\S]*switch: generation 2 is current; done\n$/,
    );
  },
  { timeout: 400_000, on: "trixie" },
);
