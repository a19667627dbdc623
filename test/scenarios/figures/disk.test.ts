/** What a further container of the same system takes of the disk before its first start. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { type Machine, scenario } from "../harness.ts";

const network = (n: number) => `
      privateNetwork: true, hostAddress: "10.233.${n}.1", localAddress: "10.233.${n}.2",`;
const first = { one: `${network(1)} config: {},` };
const second = { ...first, two: `${network(2)} config: {},` };
const third = { ...second, passing: `${network(3)} ephemeral: true, config: {},` };

const used = async (host: Machine): Promise<number> =>
  Number(
    (
      await host.sh(
        "cd /var/lib/stowage && du --summarize --block-size=1 --total store containers | tail -n 1 | cut -f 1",
      )
    ).trim(),
  );
const trees = (host: Machine) => host.sh("ls -d /var/lib/stowage/store/*/usr");

scenario(
  "a further container has no /usr of its own, little of /etc and /var, and an ephemeral one next to nothing",
  async ({ host }) => {
    await host.switchTo(hostWith(first));
    const before = await used(host);
    const shared = await trees(host);
    await host.switchTo(hostWith(second));
    const lasting = await used(host);
    expect(lasting - before).toBeLessThanOrEqual(4 * 2 ** 20);
    await host.switchTo(hostWith(third));
    expect((await used(host)) - lasting).toBeLessThanOrEqual(64 * 2 ** 10);
    expect(await trees(host)).toBe(shared);
  },
  { on: "trixie" },
);
