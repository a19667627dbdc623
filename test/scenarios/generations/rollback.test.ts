/** The machine goes back to what it was, and forward again. */
import { expect } from "vitest";
import { dualStack, hostWith, serving } from "../configurations.ts";
import { expectAsBefore, httpGet, scenario, snapshot } from "../harness.ts";

const two = (page: string, more: Readonly<Record<string, string>> = {}): string =>
  hostWith({
    web: `\n      autoStart: true,${dualStack}\n      config: ${serving(page)},`,
    steady: `\n      autoStart: true,\n      privateNetwork: true,\n      config: {},`,
    ...more,
  });

const further = `\n      autoStart: true,\n      privateNetwork: true,\n      config: {},`;

scenario(
  "rollback brings back what the former generation had, and touches nothing else",
  async ({ host }) => {
    const page = async () => (await httpGet(host, "http://10.233.1.2/")).body;
    const steady = () => host.property("container@steady.service", "InvocationID");
    const numbers = async () =>
      (JSON.parse(await host.stowage(["generations", "--json"])) as { number: number; current: boolean }[]).map(
        ({ number, current }) => `${number}${current ? " current" : ""}`,
      );

    await host.configure(two("one\n"));
    const none = await host.tryStowage(["rollback"]);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("there is no generation yet");

    await host.switchTo(two("one\n"));
    const before = await snapshot(host);
    const untouched = await steady();
    await host.switchTo(two("two\n", { further }));
    expect(await page()).toBe("two\n");
    expect(await numbers()).toEqual(["1", "2 current"]);

    const shown = await host.stowage(["rollback"]);
    expect(shown).toContain("generation 1 is current; done");
    expect(shown).toContain("further");
    expect(await page()).toBe("one\n");
    expect((await host.run(["systemctl", "is-active", "container@further.service"])).code).not.toBe(0);
    expect(await steady()).toBe(untouched);
    expect(await numbers()).toEqual(["1 current", "2"]);
    // The state of `further` stays; in the groups of `web` is what took over in place.
    await expectAsBefore(host, before, ["files", "cgroups"]);

    await host.stowage(["rollback", "2"]);
    expect(await page()).toBe("two\n");
    expect(await host.property("container@further.service", "ActiveState")).toBe("active");
    expect(await steady()).toBe(untouched);
    // host.ts still says what generation 2 has.
    expect(await host.tryStowage(["switch"])).toEqual({ code: 0, stdout: "", stderr: "" });

    const unknown = await host.tryStowage(["rollback", "7"]);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain("there is no generation 7");
    expect(unknown.stderr).toContain("kept are 1, 2");
  },
  { on: "trixie" },
);
