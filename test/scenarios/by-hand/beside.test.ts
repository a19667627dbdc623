/** What was made by hand stays beside what host.ts declares, through everything that is done to that. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { expectAsBefore, type Machine, scenario, snapshot } from "../harness.ts";
import { prepare } from "./made.ts";

const web = (text: string) => ({
  web: `\n      autoStart: true,\n      config: { environment: { etc: { page: { text: ${JSON.stringify(text)} } } } },`,
});
const one = hostWith(web("one"));
const two = hostWith(web("two"));

const definition = "/etc/stowage/made/foo.ts";
const invocation = (host: Machine, name: string) => host.property(`container@${name}.service`, "InvocationID");
const page = (host: Machine) => host.stowage(["run", "web", "--", "cat", "/etc/page"]);
const generations = async (host: Machine, ...words: string[]) =>
  JSON.parse(await host.stowage(["generations", ...words, "--json"])) as {
    number: number;
    current: boolean;
    containers: string[];
    byHand: { verb: string; name: string } | null;
    declaredIn: number | null;
  }[];
const idle = async (host: Machine) => {
  expect(await host.tryStowage(["switch"])).toEqual({ code: 0, stdout: "", stderr: "" });
  expect((await host.tryStowage(["plan"])).code).toBe(0);
};

scenario(
  "what was made by hand survives switch, rollback, boot and gc, and is host.ts's where that declares it",
  async ({ host }) => {
    await prepare(host);
    await host.must(["chmod", "0700", "/var/lib/stowage"]);
    const before = await snapshot(host);
    await host.stowage(["create", "foo", "--auto-start"]);
    await host.stowage(["create", "bar"]);
    await host.must(["touch", "/var/lib/stowage/containers/foo/root/srv/mine"]);
    const foo = await invocation(host, "foo");
    expect(foo).not.toBe("");

    // Neither a switch nor a rollback touches it.
    await host.switchTo(one);
    await idle(host);
    await host.switchTo(two);
    const [, , , last] = await generations(host);
    expect(last).toMatchObject({ number: 4, containers: ["bar", "foo", "web"], byHand: null });
    expect(await host.stowage(["rollback"])).toContain("generation 3 is current");
    expect(await page(host)).toBe("one");
    expect(await invocation(host, "foo")).toBe(foo);
    expect((await generations(host, "foo")).map(({ number, byHand }) => [number, byHand?.verb])).toEqual([
      [1, "create"],
    ]);

    await edited(host);
    await byHandIsPassedOver(host);
    expect(await invocation(host, "foo")).toBe(foo);
    await acrossBoot(host);
    await afterGc(host);
    await takenOver(host);

    await host.stowage(["destroy", "bar", "more"]);
    expect(await host.sh("ls /etc/stowage/made")).toBe("foo.ts\nlate.ts\nstowage.lock\n");
    // A person's text of what is host.ts's is a person's to remove.
    await host.must(["rm", definition]);
    await host.stowage(["uninstall", "--state"]);
    expect(await host.sh("find /etc/stowage -mindepth 1 | sort")).toBe(
      "/etc/stowage/host.ts\n/etc/stowage/stowage.lock\n",
    );
    await expectAsBefore(host, before, [], /\/etc\/stowage\/|systemd-private/);
  },
  { on: "bookworm" },
);

/** A definition that a person edits is no drift, and stays. */
async function edited(host: Machine): Promise<void> {
  await host.sh(`echo '// mine' >> ${definition}`);
  await host.configure(one);
  await idle(host);
  await host.switchTo(two);
  expect(await host.get(definition)).toContain("// mine");
}

/** What is rolled back is what is declared; a container of that name has a way back of its own. */
async function byHandIsPassedOver(host: Machine): Promise<void> {
  for (const name of ["gone", "more"]) await host.stowage(["create", name]);
  await host.stowage(["destroy", "gone"]);
  expect(await host.stowage(["rollback"])).toContain("what was made by hand stays as it was");
  expect(await page(host)).toBe("one");
  const now = (await generations(host)).find(({ current }) => current);
  expect(now).toMatchObject({ containers: ["bar", "foo", "more", "web"], declaredIn: 3 });
  expect(await host.get(definition)).toContain("// mine");
  expect(await host.stowage(["generations"])).toContain("destroyed gone by hand");
}

/** Both the machine and the next boot have it, also what is made in between. */
async function acrossBoot(host: Machine): Promise<void> {
  await host.configure(two);
  await host.stowage(["boot"]);
  await host.stowage(["create", "late", "--auto-start"]);
  expect(await page(host)).toBe("one");
  expect(await invocation(host, "late")).not.toBe("");
  await host.lab.powerOff();
  await host.lab.start();
  for (const name of ["foo", "late", "web"]) await host.waitForUnit(`container@${name}.service`, "active", 120_000);
  expect(await page(host)).toBe("two");
  expect(await host.property("container@bar.service", "ActiveState")).toBe("inactive");
  await idle(host);
}

/** What it needs is needed. */
async function afterGc(host: Machine): Promise<void> {
  await host.stowage(["gc", "--keep", "1"]);
  await host.stowage(["start", "bar"]);
  await host.stowage(["stop", "foo", "bar"]);
  await host.stowage(["start", "foo"]);
  expect(await host.stowage(["run", "foo", "--", "ls", "/srv"])).toBe("mine\n");
}

/** The very same text in host.ts: nothing is restarted, and its state stays. */
async function takenOver(host: Machine): Promise<void> {
  const own = await invocation(host, "foo");
  const address = (await host.stowage(["show-ip", "foo"])).trim();
  const [, third = ""] = /^10\.233\.(\d+)\.2$/.exec(address) ?? [];
  const adopted = hostWith({
    ...web("two"),
    foo: `\n      autoStart: true, privateNetwork: true, hostAddress: "10.233.${third}.1", localAddress: "${address}",\n      config: {},`,
  });
  await host.configure(adopted);
  expect((await host.tryStowage(["plan"])).stdout).toContain(
    "container foo was made by hand, and is host.ts's from now on",
  );
  const said = await host.stowage(["switch"]);
  expect(said).toContain(`${definition} was edited by hand, and is left`);
  expect(await invocation(host, "foo")).toBe(own);
  expect(await host.stowage(["run", "foo", "--", "ls", "/srv"])).toBe("mine\n");
  expect((await host.tryStowage(["destroy", "foo"])).stderr).toContain("host.ts declares it");
  await idle(host);
  // And back: it is made by hand again, as the person has it.
  expect(await host.stowage(["rollback"])).toContain(`${definition} was edited by hand, and is kept as it is`);
  expect(await host.get(definition)).toContain("// mine");
  expect((await generations(host, "foo")).length).toBeGreaterThan(0);
  expect(await invocation(host, "foo")).toBe(own);
  await host.stowage(["switch"]);
  expect(await invocation(host, "foo")).toBe(own);
}
