/** T32 and G1 to G7: what cannot be made leaves nothing, and fifty at once are fifty. */
import { expect } from "vitest";
import { eventually, type Machine, onOneMachine } from "../harness.ts";
import { prepare, traces } from "./made.ts";

onOneMachine(
  (scenario) => {
    scenario("the first create of a machine that fails leaves it as it was", async ({ host }) => {
      const state = () => host.sh("find /var/lib/stowage 2>/dev/null | sort; true");
      const before = await state();
      await badTree(host);
      const mistaken = await host.tryStowage(["create", "foo", "--config", "services: { nginx: { enabel: true } }"]);
      expect([mistaken.code, mistaken.stderr]).toStrictEqual([1, expect.stringMatching(/enabel/)]);
      expect(await state()).toBe(before);
      const down = await host.tryStowage(["create", "foo", "--system-path", "/var/lib/machines/bad", "--auto-start"]);
      expect([down.code, down.stderr]).toStrictEqual([4, expect.stringMatching(/foo did not come up, and is removed/)]);
      expect(await state()).toBe(before);
    });

    scenario("a create that fails leaves nothing behind, whenever it fails", async ({ host }) => {
      await prepare(host);
      // One that is there, and stays as it is.
      await host.stowage(["create", "there", "--port", "8080:80"]);
      const before = await traces(host, "foo");
      const generation = await host.sh("readlink /var/lib/stowage/generations/current");
      const failing = async (flags: string[], code: number, words: RegExp) => {
        const result = await host.tryStowage(["create", "foo", ...flags]);
        expect([result.code, result.stdout]).toStrictEqual([code, ""]);
        expect(result.stderr).toMatch(words);
        expect(await traces(host, "foo")).toBe(before);
        expect(await host.sh("readlink /var/lib/stowage/generations/current")).toBe(generation);
      };
      await failing(["--config", "services: { nginx: { enabel: true } }"], 1, /nginx\.enabel[\s\S]*at --config:1:\d+/);
      await failing(["--config", "services: {"], 1, /at --config:1:/);
      await failing(["--config", '{ packages: [(() => { throw new Error("oh"); })()] }'], 1, /oh/);
      await failing(["--set", "autoStrat=true"], 64, /did you mean autoStart/);
      await failing(["--port", "8080:80"], 1, /8080[\s\S]*there/);
      await failing(["--host-address", "10.233.1.1", "--local-address", "10.233.1.2"], 1, /10\.233\.1\./);
      await failing(["--host-address", "10.233.9.1"], 64, /--local-address/);
      await failing(["--config", "{}", "--config-file", "x.ts"], 64, /--config and --config-file/);
      await failing(["--system-path", "/nowhere"], 1, /given by --system-path|nowhere/);
      await failing(["--bridge", "no-such", "--auto-start"], 4, /foo did not come up/);
      // Does not come up: the unit fails after everything was written and made current.
      await badTree(host);
      await failing(
        ["--system-path", "/var/lib/machines/bad", "--auto-start"],
        4,
        /foo did not come up, and is removed/,
      );
      const again = await host.tryStowage(["create", "there"]);
      expect([again.code, again.stderr]).toStrictEqual([
        1,
        expect.stringMatching(/there is a container there already/),
      ]);
    });

    scenario("what a killed create has left is undone by the next change", async ({ host }) => {
      await prepare(host);
      await host.tryStowage(["create", "there", "--port", "8080:80"]);
      // systemd forgets what is gone when it gets to it: of the scenario before, for one.
      const unitsOfFoo = "systemctl list-units --all --plain --no-legend '*foo*'";
      const forgotten = () => eventually(async () => expect(await host.sh(unitsOfFoo)).toBe(""));
      await forgotten();
      const before = await traces(host, "foo");
      const args = ["foo", "--auto-start"];
      for (const moment of [
        "/run/stowage/making/stowage.lock",
        "/var/lib/stowage/switch.json",
        "/var/lib/stowage/containers/foo/root",
        "/run/netns/ct-foo",
      ]) {
        await killedAt(host, args, moment);
        await host.stowage(["destroy", "nobody"]);
        await forgotten();
        expect(await traces(host, "foo"), moment).toBe(before);
      }
      expect(await host.stowage(["list"])).not.toContain("foo");
      await host.stowage(["create", ...args]);
      await host.waitForUnit("container@foo.service");
      expect(await host.stowage(["show-ip", "foo"])).toBe("10.233.2.2\n");
      await host.stowage(["destroy", "foo"]);
      // A destroy that was killed before the root was gone: by the note that it leaves.
      await host.stowage(["create", "foo"]);
      await host.stowage(["destroy", "--keep-state", "foo"]);
      const note = { format: 1, verb: "destroy", name: "foo", unit: "container@foo.service", active: 1, current: 1 };
      await host.put("/var/lib/stowage/by-hand.json", JSON.stringify(note), "0600");
      expect(await host.sh("ls /var/lib/stowage/containers")).toContain("foo");
      await host.stowage(["destroy", "nobody"]);
      // Former generations go on saying what there was.
      const left = (await traces(host, "foo")).replaceAll(/^.*generation\.json\n/gm, "");
      expect(left).toBe(before);
    });

    scenario("fifty at once have fifty names and addresses", async ({ host }) => {
      await prepare(host);
      await host.stowage(["destroy", "there", "foo"]);
      await prepare(host);
      await host.sh(
        "for i in $(seq 50); do stowage create foo --ensure-unique-name > /tmp/out.$i 2> /tmp/err.$i & done; wait",
        { timeout: 600_000 },
      );
      const names = (await host.sh("cat /tmp/out.*")).trim().split("\n");
      expect(new Set(names)).toStrictEqual(new Set(Array.from({ length: 50 }, (_, at) => `foo-${at}`)));
      const list = JSON.parse(await host.stowage(["list", "--json"])) as { name: string; addresses: string[] }[];
      expect(list.map(({ name }) => name).sort()).toStrictEqual([...names].sort());
      expect(new Set(list.map(({ addresses }) => addresses[0])).size).toBe(50);
      expect((await host.sh("ls /etc/stowage/made/*.ts")).trim().split("\n")).toHaveLength(50);
    });
  },
  { on: "trixie", timeout: 900_000 },
);

/** A system whose init ends at once. */
async function badTree(host: Machine): Promise<void> {
  await host.put("/var/lib/machines/bad/usr/lib/systemd/systemd", "#!/bin/false\n", "0755");
  await host.sh("mkdir -p /var/lib/machines/bad/etc /var/lib/machines/bad/var");
}

/** Begins it, and kills it as soon as something is there. */
async function killedAt(host: Machine, args: readonly string[], moment: string): Promise<void> {
  await host.sh(`systemd-run --quiet --collect --unit=making --service-type=exec stowage create ${args.join(" ")}`);
  await host.sh(`
    while ! test -e ${moment}; do
      test "$(systemctl is-active making)" = active || { echo "it ended before ${moment} was there" >&2; exit 1; }
    done
    systemctl kill --signal=KILL making || true
    for scope in $(systemctl list-units --plain --no-legend 'stowage-create-*' | cut -d' ' -f1); do systemctl kill --signal=KILL $scope || true; done
    true`);
  await eventually(async () => {
    const left = await host.sh("systemctl list-units --plain --no-legend making.service 'stowage-create-*'");
    if (left !== "") throw new Error(left);
  });
}
