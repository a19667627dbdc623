/** A command ends when we do, when the container does, and never looks as if it had gone well then. */
import { expect } from "vitest";
import { eventually, type Machine, onOneMachine } from "../harness.ts";
import { names, prepare } from "./stage.ts";

const isRunning = async (host: Machine, pattern: string): Promise<boolean> =>
  (await host.run(["pgrep", "-x", "-f", pattern])).code === 0;
const begun = (host: Machine, pattern: string) =>
  eventually(async () => expect(await isRunning(host, pattern)).toBe(true));
const gone = (host: Machine, pattern: string) =>
  eventually(async () => expect(await isRunning(host, pattern)).toBe(false));

const leaderOf = (host: Machine, name: string) => host.property(`container@${name}.service`, "MainPID");

onOneMachine((scenario) => {
  scenario(
    "SIGTERM, SIGINT and SIGHUP to us end the command; a container that was told so runs on",
    async ({ host }) => {
      await prepare(host);
      for (const [signal, code] of [
        ["TERM", 143],
        ["INT", 130],
        ["HUP", 129],
      ] as const) {
        const name = signal === "INT" ? "plain" : "own";
        const going = host.sh(`stowage run ${name} -- sleep 4711 & echo $! >/run/pid; wait $! || echo $?`);
        await begun(host, "sleep 4711");
        await host.sh(`kill -${signal} $(cat /run/pid)`);
        expect(await going).toBe(`${code}\n`);
        await gone(host, "sleep 4711");
      }
      // As where one signal is for both, and ours is told later than the end of systemd-run.
      const going = host.sh("stowage run plain -- sleep 4712 || echo $?");
      await begun(host, "sleep 4712");
      await host.must(["pkill", "-INT", "-f", "^systemd-run .*sleep 4712"]);
      expect(await going).toBe("130\n");
      await gone(host, "sleep 4712");
      expect(await host.must(["systemctl", "--machine=own", "--failed", "--no-legend"])).toBe("");
    },
    { on: "trixie" },
  );

  scenario("it ends with its container, however that ends, and says so", async ({ host }) => {
    await prepare(host);
    const ends = {
      "stowage stop": (name: string) => ["stowage", "stop", name],
      killed: (name: string) => ["machinectl", "kill", "--signal=KILL", "--kill-who=leader", name],
      "powered off by itself": (name: string) => ["systemctl", `--machine=${name}`, "poweroff"],
      rebooted: (name: string) => ["systemctl", `--machine=${name}`, "reboot"],
      restarted: (name: string) => ["systemctl", "restart", `container@${name}.service`],
    };
    await Promise.all(
      names.map(async (name, index) => {
        const pattern = `sleep 47${index + 20}`;
        for (const [how, argv] of Object.entries(ends)) {
          await eventually(() => host.stowage(["start", name]));
          const leader = await leaderOf(host, name);
          const going = host.tryStowage(["run", name, "--", ...pattern.split(" ")]);
          await Promise.race([begun(host, pattern), going.then((end) => expect(end).toBe(`going on, ${how}`))]);
          // Longer than what is taken for brief.
          await new Promise((resolve) => setTimeout(resolve, 1000));
          await host.run(argv(name));
          const { code, stderr } = await going;
          expect([how, code, stderr]).toEqual([how, 137, expect.stringContaining(`the container ${name} ended`)]);
          await gone(host, pattern);
          // While it goes down its unit is still active, and a start would have nothing to do.
          await eventually(async () => expect(await leaderOf(host, name)).not.toBe(leader));
        }
      }),
    );
  });

  scenario(
    "a message bus that begins anew inside ends nothing, and the status is the command's",
    async ({ host }) => {
      await prepare(host);
      const going = host.tryStowage([
        "run",
        "own",
        "--",
        "sh",
        "-c",
        "until test -e /run/go; do sleep 0.1; done; exit 9",
      ]);
      await eventually(() =>
        host.sh("systemctl --machine=own list-units --no-legend 'stowage-run-*' | grep -q stowage"),
      );
      await host.run(["systemctl", "--machine=own", "restart", "dbus.service"]);
      await eventually(() => host.inside("own", ["touch", "/run/go"]));
      expect((await going).code).toBe(9);
    },
    { on: "trixie" },
  );

  scenario(
    "in one that is down, gone, or only starting",
    async ({ host }) => {
      await prepare(host);
      for (const verb of [
        ["run", "slow", "--", "true"],
        ["shell", "slow"],
        ["login", "slow"],
      ]) {
        const { code, stderr } = await host.tryStowage(verb);
        expect([code, stderr]).toEqual([
          1,
          'error[not-running]: the container "slow" is not running\n  stowage start slow\n',
        ]);
      }
      for (const verb of [
        ["run", "plan", "--", "true"],
        ["shell", "plan"],
        ["login", "plan"],
      ]) {
        const { code, stderr } = await host.tryStowage(verb);
        expect([code, stderr]).toEqual([1, expect.stringContaining("did you mean plain?")]);
      }
      // It takes orders before it is ready, and is not made to wait for their end.
      const starting = host.tryStowage(["start", "slow"]);
      await eventually(async () =>
        expect(await host.property("container@slow.service", "ActiveState")).toBe("activating"),
      );
      expect(await host.stowage(["run", "slow", "--", "echo", "early"])).toBe("early\n");
      const beside = host.tryStowage(["run", "slow", "--", "sleep", "4799"]);
      await begun(host, "sleep 4799");
      await host.stowage(["run", "slow", "--", "touch", "/run/open"]);
      expect((await starting).code).toBe(0);
      await host.stowage(["stop", "slow"]);
      expect((await beside).code).toBe(137);
    },
    { on: "bookworm" },
  );

  scenario(
    "a shell that reads what it is given, and a prompt for who logs in",
    async ({ host }) => {
      await prepare(host);
      for (const [name, verb] of [
        ["own", "shell"],
        ["plain", "root-login"],
      ] as const) {
        const script = "id -u; pwd; cd /etc; pwd; cat <<X\nto cat\nX\nexit 7\n";
        const { code, stdout } = await host.tryStowage([verb, name], { input: script });
        expect([code, stdout]).toEqual([7, "0\n/root\n/etc\nto cat\n"]);
      }
      expect((await host.tryStowage(["shell", "own", "--user", "nobody-at-all"], { input: "id\n" })).code).toBe(217);
      // An input without an end, but no terminal.
      const login = "mkfifo /run/in; exec 3<>/run/in; stowage login plain <&3 >/run/out & echo $! >/run/pid; wait || :";
      const going = host.sh(login);
      await eventually(() => host.sh("grep 'login:' /run/out"));
      await host.sh("kill $(cat /run/pid)");
      await going;
    },
    { on: "bookworm" },
  );
});
