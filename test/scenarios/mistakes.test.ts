/** A configuration that is wrong: one message for each mistake, with its place, and nothing built or changed. */
import { expect } from "vitest";
import { expectAsBefore, scenario, snapshot } from "./harness.ts";

const hostTs = `import { defineHost } from "stowage";

export default defineHost({
  containers: {
    first: {
      autostart: true,
      privateNetwork: true,
      hostAddress: "10.0.0.1",
      localAddress: "10.0.0.2",
      config: {},
    },
    second: {
      privateNetwork: "yes",
      config: {},
    },
  },
});
`;

const clash = `import { defineHost } from "stowage";

export default defineHost({
  containers: {
    first: { privateNetwork: true, hostAddress: "10.0.0.1", localAddress: "10.0.0.2", config: {} },
    second: { privateNetwork: true, hostAddress: "10.0.0.1", localAddress: "10.0.0.2", config: {} },
  },
});
`;

scenario(
  "a typo, a wrong type and a clash each have a message with a place, and nothing is done",
  async ({ host }) => {
    await host.must(["mkdir", "-p", "/etc/stowage", "/run/stowage"]);
    const before = await snapshot(host);
    for (const [text, said] of [
      [
        hostTs,
        `error[unknown-option]: containers.first.autostart does not exist
  at host.ts:6:7
  did you mean autoStart?
error[wrong-type]: containers.second.privateNetwork must be boolean
  "yes" at host.ts:13:7
`,
      ],
      [clash, /^error\[address-clash\]: 10\.0\.0\.2 .*first.*second.*\n {2}at host\.ts:5:61\n {2}at host\.ts:6:62\n/],
    ] as const) {
      await host.put("/etc/stowage/host.ts", text);
      for (const verb of ["check", "build", "plan", "switch"]) {
        const { code, stdout, stderr } = await host.tryStowage([verb], { cwd: "/etc/stowage" });
        expect([code, stdout], verb).toEqual([1, ""]);
        expect(stderr, verb).toEqual(typeof said === "string" ? said : expect.stringMatching(said));
      }
    }
    await host.must(["rm", "/etc/stowage/host.ts"]);
    expect((await host.run(["ls", "/var/lib/stowage"])).stdout).toBe("");
    await expectAsBefore(host, before);
  },
  { on: "trixie" },
);
