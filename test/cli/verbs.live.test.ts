/** Verbs on containers, against real ones. */
import { expect } from "vitest";
import { dualStack, hostWith } from "../scenarios/configurations.ts";
import { eventually, type Machine, onOneMachine, scenario } from "../scenarios/harness.ts";

const two = hostWith({
  web: `\n      autoStart: true,${dualStack}\n      config: {},`,
  off: `\n      privateNetwork: true,\n      config: {},`,
});

/** What printf got, one argument a line in brackets. */
const printed = async (host: Machine, ...args: string[]) =>
  (await host.stowage(["run", "web", "--", "printf", "<%s>\\n", ...args])).trimEnd();

// The last one leaves a container that cannot start.
onOneMachine((scenario) => {
  scenario(
    "run: arguments arrive as they are, streams and exit code pass through, nothing is left running",
    async ({ host }) => {
      await host.switchTo(two);
      const odd = [
        "",
        " ",
        "a b",
        "$HOME",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's, and systemd's
        "${HOME}",
        "$$",
        "%h",
        '"q"',
        "it's",
        "*",
        "-n",
        "--help",
        "\\",
        "a\nb",
        ";",
        "ü",
      ];
      expect(await printed(host, ...odd)).toBe(odd.map((arg) => `<${arg}>`).join("\n"));

      const run = (argv: string[], input?: string) =>
        host.tryStowage(["run", "web", ...argv], input === undefined ? {} : { input });
      expect(await run(["--", "sh", "-c", "echo out; echo err >&2; exit 42"])).toEqual({
        code: 42,
        stdout: "out\n",
        stderr: "err\n",
      });
      expect((await run(["--", "cat"], "through\n")).stdout).toBe("through\n");
      expect(
        (await run(["--user", "nobody", "--cwd", "/tmp", "--env", "A=b $C", "--", "sh", "-c", "id -un; pwd; echo $A"]))
          .stdout,
      ).toBe("nobody\n/tmp\nb $C\n");
      for (const [argv, code, words] of [
        [["--", "no-such-program"], 203, "no such program"],
        [["--cwd", "/nowhere", "--", "true"], 200, "--cwd"],
        [["--user", "nobody-at-all", "--", "true"], 217, "--user"],
      ] as const) {
        const { stderr, ...outcome } = await run([...argv]);
        expect(outcome).toEqual({ code, stdout: "" });
        expect(stderr).toMatch(new RegExp(`^status ${code}: systemd in web could not begin it: .*${words}.*\n$`));
      }
      expect(await run(["--", "sh", "-c", "exit 203"])).toEqual({ code: 203, stdout: "", stderr: "" });
      expect((await run(["--", "sh", "-c", "kill -9 $$"])).code).toBe(137);
      expect((await host.tryStowage(["run", "off", "--", "true"])).stderr).toContain("error[not-running]");

      await host.run(["timeout", "--signal=INT", "3", "stowage", "run", "web", "--", "sleep", "1000"]);
      await eventually(async () => {
        const units = await host.inside("web", ["systemctl", "list-units", "--plain", "--no-legend", "stowage-run-*"]);
        expect(units).toBe("");
      });
    },
  );

  scenario(
    "run on a terminal: one of the container's own, arguments and exit code as without",
    async ({ host }) => {
      await host.switchTo(two);
      /** What script(1) makes is the terminal of the command and of stowage. */
      const onTerminal = (line: string) =>
        host.run(["script", "--quiet", "--return", "--command", `stowage run web ${line}`, "/dev/null"]);
      const said = await onTerminal(
        `--env 'A=b $C' -- sh -c 'test -c "$(tty)" && echo "<$A> <$1>"; exit 7' sh 'a  $HOME'`,
      );
      expect(said.stdout).toContain("<b $C> <a  $HOME>");
      expect(said.code).toBe(7);
      expect((await onTerminal("-- true")).code).toBe(0);
      expect((await onTerminal("--user nobody -- sh -c 'test -t 0'")).code).toBe(0);
      expect((await onTerminal("-- sh -c 'kill -9 $$'")).code).toBe(137);
      expect((await onTerminal("-- no-such-program")).code).toBe(127);
      const refused = await onTerminal("--cwd /nowhere -- true");
      expect(refused.code).toBe(200);
      expect(refused.stdout).toContain("could not begin it");
      // Only standard input is a terminal.
      expect((await onTerminal("-- echo piped | cat")).stdout).toContain("piped");
      // A terminal that is closed: script(1) ends, and its terminal with it.
      const closed = ["script", "--quiet", "--return", "--command", "stowage run web -- sleep 1000", "/dev/null"];
      await host.run(["timeout", "--signal=TERM", "4", ...closed]);
      await eventually(async () => {
        const units = await host.inside("web", ["systemctl", "list-units", "--all", "--no-legend", "stowage-run-*"]);
        expect(units).toBe("");
      });
    },
    { on: "trixie" },
  );

  scenario(
    "logs: both journals in one, also of a container that is down",
    async ({ host }) => {
      await host.switchTo(two);
      await host.inside("web", ["systemd-cat", "-t", "greeter", "echo", "hello from inside"]);
      await host.inside("web", ["sh", "-c", "printf '\\033[2Jgotcha\\n' | systemd-cat -t evil"]);
      await eventually(async () => {
        const log = await host.stowage(["logs", "web", "-n", "200"]);
        expect(log).toMatch(/greeter\[?\d*\]?: hello from inside/);
        expect(log).toContain("^[[2Jgotcha");
        expect(log).not.toContain("\u001b");
        expect(log).toMatch(/ host systemd\[1\]: /);
      });
      const times = (await host.stowage(["logs", "web", "--json"]))
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).time);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      for (const follow of [[], ["-f"]]) {
        const garbage = await host.tryStowage(["logs", "web", "--since", "garbage", ...follow]);
        expect(garbage.code).toBe(1);
        expect(garbage.stderr).toContain("Failed to parse timestamp: garbage");
      }
      expect(await host.tryStowage(["logs", "web", "--unit", "nosuch"])).toEqual({
        code: 1,
        stdout: "",
        stderr: "There is no unit nosuch in web now.\n",
      });
      await host.stowage(["stop", "web"]);
      expect(await host.stowage(["logs", "web", "-n", "500"])).toContain("hello from inside");
      expect((await host.stowage(["logs", "web", "-n", "1"])).trimEnd().split("\n")).toHaveLength(1);
    },
    { on: "bookworm" },
  );

  scenario(
    "a switch outlives its terminal and its reader",
    async ({ host }) => {
      await host.switchTo(two);
      await host.stowage(["start", "web"]);
      const changed = (text: string) =>
        two.replace("config: {}", `config: { environment: { etc: { told: { text: "${text}" } } } }`);
      const told = () => host.stowage(["run", "web", "--", "cat", "/etc/told"]);
      await host.put("/etc/stowage/host.ts", changed("hung up"));
      // Told to stop as soon as it has begun to stop the container.
      const hangUp = `stowage switch > /tmp/out 2>&1 & pid=$!
      until test -e /var/lib/stowage/switch.json; do sleep 0.01; done
      kill -HUP $pid; wait $pid`;
      await host.sh(hangUp);
      expect(await told()).toBe("hung up");
      await host.put("/etc/stowage/host.ts", changed("nobody reads"));
      await host.sh("stowage switch 2>&1 | true");
      await eventually(async () => {
        expect(await told()).toBe("nobody reads");
        expect((await host.tryStowage(["switch", "--json"])).stdout).toContain('"steps": []');
      });
    },
    { on: "bookworm" },
  );

  scenario(
    "list, status, start, stop: words, codes, and exact failures",
    async ({ host }) => {
      await host.switchTo(two);
      const words = async () =>
        (await host.stowage(["list"]))
          .split("\n")
          .slice(1, -1)
          .map((line) => line.split(/ +/).slice(0, 5));
      expect(await words()).toEqual([
        ["off", "system", "isolated", "down", "-"],
        ["web", "system", "isolated", "up", "10.233.1.2"],
      ]);
      expect(await host.stowage(["start", "off", "web"])).toBe("");
      expect(await host.stowage(["status", "off"])).toMatch(/^up\nunit +container@off\.service: up, since /);
      expect(await host.stowage(["stop", "off", "web"])).toBe("");
      expect((await words()).map(([name, , , state]) => [name, state])).toEqual([
        ["off", "down"],
        ["web", "down"],
      ]);
      expect(await host.stowage(["status", "web"])).toMatch(/^down\n/);
      expect(await host.tryStowage(["status", "wbe"])).toMatchObject({ code: 1, stdout: "gone\n" });

      // Its network cannot be made: the unit that failed is named, with its own words; the other one starts.
      await host.sh("echo nonsense > /etc/stowage/network/web.up");
      const failed = await host.tryStowage(["start", "web", "off"]);
      expect(failed.code).toBe(4);
      expect(failed.stderr).toMatch(/^failed: start web: container-net@web\.service failed: exit status \d+\n {2}\| /);
      expect(await host.stowage(["status", "off"])).toMatch(/^up\n/);
    },
    { on: "bookworm" },
  );
});

scenario(
  "a container that could not start is started by the next switch; no other one is restarted",
  async ({ host }) => {
    await host.configure(two);
    await host.sh("mkdir -p /etc/systemd/system/container-net@web.service.d");
    const inTheWay = "/etc/systemd/system/container-net@web.service.d/fail.conf";
    await host.put(inTheWay, "[Service]\nExecStartPre=/bin/sh -c 'echo the cable is gone >&2; exit 7'\n");
    const failed = await host.tryStowage(["switch"]);
    expect(failed.code).toBe(4);
    expect(failed.stderr).toContain("container-net@web.service failed: exit status 7");
    expect(failed.stderr).toContain("the cable is gone");
    await host.stowage(["start", "off"]);
    const before = await host.property("container@off.service", "InvocationID");

    await host.sh(`rm -r ${inTheWay} && systemctl daemon-reload`);
    expect(await host.stowage(["switch"])).toContain("start    container@web.service");
    expect(await host.property("container@web.service", "ActiveState")).toBe("active");
    expect(await host.property("container@off.service", "InvocationID")).toBe(before);
    expect(await host.tryStowage(["switch"])).toMatchObject({ code: 0, stdout: "" });
  },
  { on: "trixie" },
);
