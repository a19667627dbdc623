/** What a container has in memory (T16), and its control groups (T17). */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { scenario } from "../harness.ts";

const tmpfs = '["/var/log", "/var", "/not/there/yet", "/small:size=1M,mode=1777", "/co\\\\:lon"]';
const network = `privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2",`;
const host = (more: string): string => hostWith({ web: `\n      ${more}\n      tmpfs: ${tmpfs},\n      config: {},` });

for (const [kind, more] of [
  ["an isolated", network],
  ["a trusted", ""],
  ["an ephemeral", `ephemeral: true, ${network}`],
] as const) {
  scenario(
    `file systems in memory in ${kind} container: parents first, targets made, nothing on the host`,
    async ({ host: machine }) => {
      await machine.switchTo(host(more));
      await machine.stowage(["start", "web"]);
      const inside = (script: string) => machine.inside("web", ["/bin/sh", "-c", script]);
      for (const path of ["/var", "/var/log", "/not/there/yet", "/small", "/co:lon"]) {
        expect((await inside(`findmnt --noheadings --output FSTYPE --mountpoint '${path}'`)).trim()).toBe("tmpfs");
      }
      expect(
        await inside(
          "systemctl list-units --type=mount --plain --no-legend | grep -c -E '^(var|var-log|small)[.]mount'",
        ),
      ).toBe("3\n");
      expect(await inside("stat --format='%a %u' /var /small")).toBe("755 0\n1777 0\n");
      await inside("touch /srv/kept /var/gone /var/log/gone");
      const root = `/${more.startsWith("ephemeral") ? "run" : "var/lib"}/stowage/containers/web/root`;
      await machine.sh(`mkdir -p ${root}/var && touch ${root}/var/of-the-host`);
      expect((await machine.sh(`cd ${root} && find srv var -name kept -o -name gone`)).trim()).toBe("srv/kept");
      expect((await inside("ls /var/of-the-host 2>&1 || :")).trim()).toContain("No such file");
      await machine.stowage(["stop", "web"]);
    },
  );
}

scenario(
  "control groups are of version 2 inside, also asked without a terminal",
  async ({ host: machine }) => {
    await machine.switchTo(host(network));
    await machine.stowage(["start", "web"]);
    const type = await machine.stowage(["run", "web", "--", "stat", "--file-system", "--format=%T", "/sys/fs/cgroup"]);
    expect(type).toBe("cgroup2fs\n");
  },
  { on: "trixie" },
);
