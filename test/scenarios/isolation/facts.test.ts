/** docs/design/isolation.md says what a container may do. This compares it with what containers see. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkout } from "../../../lab/places.ts";
import { suites } from "../../../lab/tree.ts";
import { staged } from "./stage.ts";

const page = readFileSync(join(checkout(), "docs/design/isolation.md"), "utf8");
/** The words of the block that follows a line of the page. */
function block(title: string): string[] {
  const [, text] = page.split(`\n${title}\n\`\`\`\n`);
  if (text === undefined) throw new Error(`docs/design/isolation.md has no block ${title}`);
  return text.slice(0, text.indexOf("```")).trim().split(/\s+/);
}

/** By number; capabilities(7). */
const names = (
  "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE " +
  "NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN " +
  "SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE " +
  "MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE"
).split(" ");
const namesIn = (mask: string): string[] =>
  names.filter((_, bit) => (BigInt(`0x${mask.trim()}`) >> BigInt(bit)) & 1n).sort();

describe.each(suites)("%s", (suite) => {
  const stage = staged(suite);
  const bounding = "grep CapBnd /proc/1/status | cut -f2";

  test("capabilities, exactly", async () => {
    await stage.host.stowage(["start", "hostnet"]);
    expect(namesIn(await stage.says("locked", bounding))).toEqual(
      block("Capabilities of an isolated container").sort(),
    );
    // The lab host may itself lack some, which then nobody in it has.
    const has = namesIn(await stage.host.sh(bounding));
    const of = (title: string) =>
      block(title)
        .filter((name) => has.includes(name))
        .sort();
    const trusted = "Capabilities of a trusted container";
    expect(namesIn(await stage.says("loose", bounding))).toEqual([...of(trusted), "NET_ADMIN"].sort());
    expect(namesIn(await stage.says("hostnet", bounding))).toEqual(of(trusted));
  });

  test("devices", async () => {
    const nodes = "find /dev -type b -o -type c -not -path '/dev/pts/[0-9]*' -not -path '/dev/char/*'";
    const found = (await stage.says("locked", nodes)).split("\n").sort();
    // systemd 252 makes no fuse.
    const wanted = block("Devices").filter((node) => suite !== "bookworm" || node !== "/dev/fuse");
    expect(found).toEqual(wanted.sort());
    expect((await stage.says("loose", nodes)).split("\n").sort()).toEqual(found);
  });

  test("kernel settings that an isolated container can write: those of its own namespaces", async () => {
    const writable = "find /proc/sys -type f -writable 2>/dev/null | cut -d/ -f4- | sort";
    expect(await stage.says("locked", writable)).toBe("");
    const script = `exec unshare --mount sh -c 'mount -o remount,rw,bind /proc/sys && ${writable}'`;
    const allowed = block("Kernel settings");
    const others = (await stage.says("locked", script))
      .split("\n")
      .filter((name) => !allowed.some((one) => name === one || (one.endsWith("/") && name.startsWith(one))));
    expect(others).toEqual([]);
  });

  test("what systemd-analyze makes of the units", async () => {
    const version = (await stage.host.sh("systemctl --version | sed -E 's/^systemd ([0-9]+).*/\\1/;q'")).trim();
    const lines = await Promise.all(
      ["locked", "loose"].map(async (name) => {
        const said = await stage.host.sh(`systemd-analyze --no-pager security container@${name}.service | tail -1`);
        return `${version} ${name === "locked" ? "isolated" : "trusted"} ${/: ([0-9.]+) /.exec(said)?.[1]}`;
      }),
    );
    const figures = block("Exposure")
      .join(" ")
      .match(/\d+ \w+ [\d.]+/g);
    expect(lines).toEqual(figures?.filter((line) => line.startsWith(version)));
  });
});
