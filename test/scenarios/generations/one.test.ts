/** One container goes back to what it was; the others do not notice. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { type Machine, scenario } from "../harness.ts";

const own = (address: number, more = ""): string => `
      autoStart: true,
      privateNetwork: true,
      hostAddress: "10.233.${address}.1", localAddress: "10.233.${address}.2",${more}`;
const says = (text: string): string => `
      config: { environment: { etc: { file: { text: ${JSON.stringify(text)} } } } },`;

/** `steady` is the same in all; `db` needs `web`, and changes too. */
const three = (web: string, db: string): string =>
  hostWith({ web, db: `${own(2)}${says(db)}`, steady: `${own(3)}\n      config: {},` });

const first = three(`${own(1)}${says("one\n")}`, "one\n");
const second = three(
  `${own(4, '\n      forwardPorts: [{ hostPort: 8081, containerPort: 81 }],\n      bindMounts: { "/mnt/new": { hostPath: "/srv", idmap: false } },')}${says("two\n")}`,
  "two\n",
);

const inside = (host: Machine, name: string) => host.stowage(["run", name, "--", "cat", "/etc/file"]);
const invocation = (host: Machine, name: string) => host.property(`container@${name}.service`, "InvocationID");
const pid = (host: Machine, name: string) => host.property(`container@${name}.service`, "MainPID");

interface Listed {
  readonly number: number;
  readonly current: boolean;
  readonly id: string;
  readonly asIn: Readonly<Record<string, number>>;
}
const generations = async (host: Machine) => JSON.parse(await host.stowage(["generations", "--json"])) as Listed[];

scenario(
  "rollback of one container leaves all others alone, and lasts until the next switch",
  async ({ host }) => {
    await host.switchTo(first);
    await host.switchTo(second);
    expect(await inside(host, "web")).toBe("two\n");
    const others = async () =>
      JSON.stringify(await Promise.all(["db", "steady"].flatMap((name) => [invocation(host, name), pid(host, name)])));
    const before = await others();

    const shown = await host.stowage(["rollback", "web"]);
    expect(shown).toContain("generation 3 is current; done");
    expect(shown).toContain(
      "container web is as in generation 1; the next `stowage switch` makes it what host.ts says",
    );
    // Neither stopped nor told anything.
    expect(shown).not.toMatch(/container@(db|steady)/);
    expect(await inside(host, "web")).toBe("one\n");
    expect(await host.sh("cat /etc/stowage/network/web.up")).toContain("10.233.1.");
    expect(await host.sh("ping -c1 -W5 10.233.1.2 && getent hosts web.containers")).toContain("10.233.1.2");
    expect(await host.sh("ls /etc/stowage/network; cat /etc/stowage/names/hosts")).not.toMatch(/web\.nft|10\.233\.4/);
    expect(await inside(host, "db")).toBe("two\n");
    expect(await others()).toBe(before);
    expect((await generations(host)).map(({ number, asIn }) => [number, asIn])).toEqual([
      [1, {}],
      [2, {}],
      [3, { web: 1 }],
    ]);
    expect(await host.stowage(["generations"])).toMatch(/^3 .* current .* web as in 1$/m);

    const differs = async (...args: string[]) =>
      Object.keys(JSON.parse(await host.stowage(["diff", "--json", ...args])).containers);
    expect(await differs("1", "2")).toEqual(["db", "web"]);
    expect(await differs()).toEqual(["web"]);
    expect(await differs("1")).toEqual(["db"]);
    expect(await host.stowage(["diff", "--text"])).toMatch(/^generation 2 → generation 3$[\s\S]*^-two\n\+one$/m);

    const again = await host.tryStowage(["rollback", "web"]);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("there is no former generation");
    const there = await host.tryStowage(["rollback", "3"]);
    expect(there.code).toBe(0);
    expect(there.stderr).toContain("there is nothing to do");

    // host.ts still says what generation 2 has, and gets it back: the very same content.
    await host.stowage(["switch"]);
    expect(await inside(host, "web")).toBe("two\n");
    expect(await others()).toBe(before);
    const [, two, , four] = await generations(host);
    expect([four?.id, four?.current, four?.asIn]).toEqual([two?.id, true, {}]);
    expect(await differs("2")).toEqual([]);
    expect((await host.tryStowage(["plan"])).code).toBe(0);
  },
  { on: "bookworm" },
);
