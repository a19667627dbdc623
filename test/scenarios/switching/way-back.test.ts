/** --rollback-on-failure: what was active before is active again where a container that ran does not become ready (rule 12). */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { type Machine, scenario } from "../harness.ts";

/** A source that is missing keeps it from starting. */
const bound = (hostPath: string): string =>
  `\n      autoStart: true,\n      privateNetwork: true,\n      config: {},\n      bindMounts: { "/data": { hostPath: "${hostPath}" } },`;
const good = "/var/lib/containers/good";
const bad = "/var/lib/containers/missing";

const pointers = (host: Machine) =>
  host.sh("cd /var/lib/stowage/generations; echo $(readlink current) $(readlink active || :)");
const isUp = async (host: Machine, name: string) =>
  (await host.property(`container@${name}.service`, "ActiveState")) === "active";
const hasJournal = async (host: Machine) => (await host.run(["test", "-e", "/var/lib/stowage/switch.json"])).code === 0;

scenario(
  "one that ran does not start: back to what was; a new one that does not start: no reason",
  async ({ host }) => {
    await host.must(["mkdir", good]);
    await host.switchTo(hostWith({ web: bound(good), steady: bound(good) }));
    const steady = await host.property("container@steady.service", "InvocationID");

    await host.configure(hostWith({ web: bound(bad), steady: bound(good), further: bound(good) }));
    const back = await host.tryStowage(["switch", "--rollback-on-failure"]);
    expect(back.code, back.stderr).toBe(4);
    expect(back.stderr).toContain("web ran before and did not become ready: going back to generation 1\n");
    expect(back.stdout).toMatch(/generation 1 is active again, as web did not become ready; done\n$/);
    expect([await isUp(host, "web"), await isUp(host, "further"), await pointers(host)]).toEqual([true, false, "1\n"]);
    expect(await host.property("container@steady.service", "InvocationID")).toBe(steady);
    expect(await hasJournal(host)).toBe(false);
    expect(await host.must(["journalctl", "-t", "stowage", "-o", "cat"])).toContain("going back to generation 1\n");

    // The next boot had another one: it has it again.
    await host.configure(hostWith({ web: bound(good), steady: bound(good), later: bound(good) }));
    await host.stowage(["boot"]);
    expect(await pointers(host)).toBe("3 1\n");
    await host.configure(hostWith({ web: bound(bad), steady: bound(good), further: bound(good) }));
    const json = await host.tryStowage(["switch", "--rollback-on-failure", "--json"]);
    expect(json.code, json.stderr).toBe(4);
    expect(JSON.parse(json.stdout)).toMatchObject({ generation: 1, rolledBack: { to: 1, because: ["web"] } });
    expect(await pointers(host)).toBe("3 1\n");
    const tested = await host.tryStowage(["test", "--rollback-on-failure", "--json"]);
    expect(JSON.parse(tested.stdout)).toMatchObject({ generation: 1, rolledBack: { to: 1, because: ["web"] } });
    expect([await isUp(host, "web"), await isUp(host, "further"), await pointers(host)]).toEqual([
      true,
      false,
      "3 1\n",
    ]);

    // Without the flag, and for one that was not there before, the switch stays.
    await host.configure(hostWith({ web: bound(good), steady: bound(good), further: bound(bad) }));
    const stays = await host.tryStowage(["switch", "--rollback-on-failure"]);
    expect([stays.code, stays.stderr.includes("going back")]).toEqual([4, false]);
    const now = (await pointers(host)).trim();
    expect(now).not.toContain(" ");
    await host.switchTo(hostWith({ web: bound(good), steady: bound(good) }));

    // The way back fails, too: what is left is finished by what is said.
    await host.configure(hostWith({ web: bound(bad), steady: bound(good) }));
    await host.must(["rmdir", good]);
    const former = (await pointers(host)).trim();
    const stuck = await host.tryStowage(["switch", "--rollback-on-failure"]);
    expect(stuck.code).toBe(4);
    expect(stuck.stdout).toMatch(
      new RegExp(
        `generation ${former} is active again, .*; \\d+ of \\d+ steps were not done; \`stowage rollback ${former}\` goes on to`,
      ),
    );
    expect(await isUp(host, "web")).toBe(false);
    await host.must(["mkdir", good]);
    await host.stowage(["rollback", former]);
    expect([await isUp(host, "web"), await hasJournal(host)]).toEqual([true, false]);
  },
  { on: "bookworm", timeout: 400_000 },
);
