/** `stowage doctor` finds nothing on a good host, and what was broken on one that is not. */
import { expect } from "vitest";
import type { Finding } from "../../../src/doctor/finding.ts";
import { dualStack, hostWith } from "../configurations.ts";
import { expectAsBefore, type Machine, scenario, snapshot } from "../harness.ts";

const hostTs = hostWith({
  web: `\n      autoStart: true,${dualStack}\n      forwardPorts: [{ hostPort: 8080, containerPort: 80 }], config: {},`,
});

async function findings(host: Machine): Promise<{ code: number; told: string[] }> {
  const { code, stdout } = await host.tryStowage(["doctor", "--json"]);
  const all = JSON.parse(stdout) as Finding[];
  return { code, told: all.filter(({ state }) => state !== "ok").map(({ check, state }) => `${state} ${check}`) };
}

/** Breaks one thing, expects it to be found and nothing else, and puts it right. */
async function broken(host: Machine, expected: string, harm: string, mend: string): Promise<void> {
  await host.sh(harm);
  const code = expected.startsWith("problem") ? 1 : 0;
  expect(await findings(host), expected).toEqual({ code, told: [expected] });
  await host.sh(mend);
}

scenario(
  "doctor tells what is wrong, one thing at a time, and changes nothing",
  async ({ host }) => {
    await host.put("/etc/resolv.conf", "nameserver 192.0.2.53\n");
    await host.switchTo(hostTs);
    const before = await snapshot(host);
    expect(await findings(host)).toEqual({ code: 0, told: [] });
    await expectAsBefore(host, before);

    await broken(
      host,
      "problem program-nft",
      "mv /usr/sbin/nft /usr/sbin/nft.away",
      "mv /usr/sbin/nft.away /usr/sbin/nft",
    );
    await broken(
      host,
      "problem machined",
      "systemctl mask --runtime systemd-machined.service",
      "systemctl unmask --runtime systemd-machined.service",
    );
    await broken(
      host,
      "problem forward-policy",
      "nft add table ip other && nft 'add chain ip other FORWARD { type filter hook forward priority 0; policy drop; }'",
      "nft delete table ip other",
    );
    await broken(
      host,
      "problem name-servers",
      "echo nameserver 127.0.0.53 >/etc/resolv.conf",
      "echo nameserver 192.0.2.53 >/etc/resolv.conf",
    );
    await broken(
      host,
      "problem damage",
      "cp -a /etc/hosts /etc/hosts.good && echo '# begin stowage' >>/etc/hosts",
      "cat /etc/hosts.good >/etc/hosts && rm /etc/hosts.good",
    );
    await broken(
      host,
      "note interrupted",
      "echo '{}' >/var/lib/stowage/switch.json",
      "rm /var/lib/stowage/switch.json",
    );
    await broken(
      host,
      "problem damage",
      "cd /var/lib/stowage/generations/1 && mv generation.json good && echo '{' >generation.json",
      "cd /var/lib/stowage/generations/1 && mv good generation.json",
    );
    const { stdout } = await host.tryStowage(["doctor", "-v"]);
    expect(stdout).toContain("ok  systemd 25");
  },
  { on: "bookworm" },
);
