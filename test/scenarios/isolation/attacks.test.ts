/**
 * From inside an isolated container, as root, by the container's own init: every attack fails, and each is real, because
 * it succeeds in a container whose guards were taken away.
 */
import { describe, expect, test } from "vitest";
import { suites } from "../../../lab/tree.ts";
import { eventually } from "../harness.ts";
import { onMounts, onTheKernel } from "./attacks.ts";
import { data, type Stage, staged } from "./stage.ts";

/** In a mount namespace of its own, which takes no right away, so that one attack prepares nothing for the next. */
const alone = (script: string): string =>
  `exec unshare --mount --propagation private /bin/sh -c '${script.replaceAll("'", "'\\''")}'`;

/** Files that an attack has written where others see them. */
const planted = ({ host }: Stage): Promise<string> =>
  host.sh(`find /var/lib/stowage/store ${data}/shared -name planted -print`);

describe.each(suites)("%s", (suite) => {
  const stage = staged(suite);

  describe("tried in an isolated container", () => {
    test.each([...onMounts, ...onTheKernel])("$name", async ({ script, alsoIn = [], unproven }) => {
      expect(await stage.tries("locked", alone(script))).toBe(false);
      expect(await planted(stage)).toBe("");
      if (unproven === undefined) expect(await stage.tries("weak", alone(script)), "in the weak one").toBe(true);
      await stage.host.sh(`find /var/lib/stowage/store ${data}/shared -name planted -delete`);
      // What a trusted one can do is said in docs/design/isolation.md; the packages of others it cannot change.
      expect(await stage.tries("loose", alone(script)), "in the trusted one").toBe(alsoIn.includes("loose"));
      expect(await stage.host.sh("find /var/lib/stowage/store -name planted")).toBe("");
      await stage.host.sh(`rm -f ${data}/shared/planted /var/lib/stowage/containers/*/declared/planted`);
    });
  });

  test("its namespaces are its own, that of users too", async () => {
    const names = ["mnt", "pid", "ipc", "uts", "cgroup", "net", "user"];
    const links = `cd /proc/1/ns && readlink ${names.join(" ")}`;
    const outside = (await stage.host.sh(links)).trim().split("\n");
    const shared = (inside: string) => names.filter((_, index) => inside.split("\n")[index] === outside[index]);
    expect(shared(await stage.says("locked", links))).toEqual([]);
    expect(shared(await stage.says("loose", links))).toEqual(["user"]);
    const map = (text: string) => text.trim().split(/\s+/).map(Number);
    const ranges = [
      map(await stage.says("locked", "cat /proc/1/uid_map")),
      map(await stage.says("other", "cat /proc/1/uid_map")),
    ];
    for (const [, first = 0, count] of ranges) {
      expect(count).toBe(65536);
      expect(first).toBeGreaterThanOrEqual(65536);
    }
    expect(Math.abs((ranges[0]?.[1] ?? 0) - (ranges[1]?.[1] ?? 0))).toBeGreaterThanOrEqual(65536);
  });

  test("nobody else's processes are seen, and so none can be ended or traced", async () => {
    await stage.host.must(["systemd-run", "--unit=marker", "sleep", "31415"]);
    await stage.host.must(["systemd-run", "--machine=other", "--quiet", "sleep", "31416"]);
    const seen = "cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -oE 'sleep 3141[56]' | sort";
    await eventually(async () => expect((await stage.host.sh(seen)).trim()).toBe("sleep 31415\nsleep 31416"));
    expect(await stage.says("locked", `${seen} || :`)).toBe("");
  });

  test("nobody else's files are seen", async () => {
    await stage.says("other", "echo secret > /root/stolen");
    await stage.host.sh(`echo secret > /root/stolen; echo secret > ${data}/stolen`);
    const find = (roots: string) => `find ${roots} -name stolen 2>/dev/null | wc -l`;
    expect(await stage.says("locked", find("/ /proc/[0-9]*/root/ /proc/[0-9]*/cwd/"))).toBe("0");
    expect(Number(await stage.host.sh(find("/root /var/lib")))).toBe(3);
  });

  test("sockets without a path are those of its own network", async () => {
    const address = 'pack_sockaddr_un("\\0attack")';
    const listen = `perl -MSocket -e 'socket(my $s, PF_UNIX, SOCK_STREAM, 0); bind($s, ${address}) or die; listen($s, 9); sleep 600'`;
    await stage.host.must(["systemd-run", "--unit=listener", "sh", "-c", listen]);
    const connect = `perl -MSocket -e 'socket(my $s, PF_UNIX, SOCK_STREAM, 0); exit(connect($s, ${address}) ? 0 : 1)'`;
    await stage.host.stowage(["start", "hostnet"]);
    expect(await stage.tries("hostnet", connect), "with the host's network").toBe(true);
    expect(await stage.tries("locked", connect)).toBe(false);
  });

  test("the host's systemd, machined and journal are not reached", async () => {
    const known = ["GetUnit s container@locked.service", "GetUnit s machine.slice"].map(
      (call) =>
        `busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager ${call}`,
    );
    await stage.host.sh(known[0] ?? "");
    expect(await stage.tries("locked", known[0] ?? "")).toBe(false);
    expect(await stage.says("locked", "machinectl list --no-legend 2>/dev/null | grep -c other || :")).toBe("0");
    await stage.says(
      "locked",
      "logger --tag attack of-a-container; echo of-a-container | systemd-cat --identifier=attack",
    );
    expect(await stage.host.sh("journalctl --quiet --no-pager -t attack")).toBe("");
  });

  test("trusted ones are called so, and why, by list, status, plan and explain", async () => {
    const why = 'its privateUsers is "no"';
    const list = (await stage.host.stowage(["list"])).split("\n");
    expect(list.find((line) => line.startsWith("loose"))).toMatch(/ trusted .*its privateUsers is "no"$/);
    expect(list.find((line) => line.startsWith("locked"))).toMatch(/ isolated /);
    expect(list.find((line) => line.startsWith("hostnet"))).toContain("it has the host's network");
    expect(await stage.host.stowage(["status", "loose"])).toContain(`trusted: ${why}`);
    expect(await stage.host.stowage(["explain", "containers.loose"])).toContain(`It is trusted: ${why}`);
    expect(await stage.host.stowage(["explain", "containers.locked"])).toContain("It is isolated");
    await stage.host.sh("sed -i 's/isReadOnly: false/isReadOnly: true/' /etc/stowage/host.ts");
    expect((await stage.host.tryStowage(["plan"])).stdout).toContain(`container loose (trusted: ${why})`);
  });
});
