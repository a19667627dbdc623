/**
 * What verbs print with --json on a real machine is what docs/reference/json.md says: the harness holds every document
 * against it. And a name with a mistake in it is told with the one that is near, by every verb that takes names.
 */
import { expect } from "vitest";
import { argumentKind } from "../../../src/cli/complete/kinds.ts";
import { describeVerb } from "../../../src/cli/verbs/described.ts";
import { verbs } from "../../../src/cli/verbs/index.ts";
import { dualStack, hostWith } from "../configurations.ts";
import { type Machine, onOneMachine } from "../harness.ts";

const hostTs = hostWith({
  web: `\n      autoStart: true,${dualStack}\n      forwardPorts: [{ hostPort: 8080, containerPort: 80 }], config: {},`,
});
const changed = hostTs.replace("config: {}", "config: { environment: { etc: { told: { text: 'more' } } } }");

/** In an order in which each has something to say. */
const first: readonly (readonly string[])[] = [
  ["init", "/root/first"],
  ["lock"],
  ["explain", "containers.web.forwardPorts"],
  ["explain", "containers.web"],
  ["options", "port"],
  ["compile"],
  ["build"],
  ["image", "web", "--format", "tar", "--output", "/root/web.tar"],
  ["plan"],
  ["switch"],
  ["list"],
  ["status", "web"],
  ["status", "nobody"],
  ["generations"],
  ["doctor"],
  ["show-ip", "web"],
  ["port", "web"],
  ["top", "web"],
  ["stats"],
  ["start", "web"],
  ["restart", "web"],
  ["reload", "web"],
  ["kill", "web"],
  ["stop", "web"],
  ["list", "--all"],
];
const second: readonly (readonly string[])[] = [
  ["plan"],
  ["test"],
  ["rollback"],
  ["boot"],
  ["switch"],
  ["diff"],
  ["diff", "--text"],
  ["rollback", "web"],
  ["generations"],
  ["gc", "--keep", "1", "--dry-run"],
  ["gc", "--keep", "1"],
];

/** Whatever the exit code: that there is a document, and what the harness says of it. */
async function print(host: Machine, lines: readonly (readonly string[])[]): Promise<void> {
  for (const argv of lines) {
    const { stdout, stderr } = await host.tryStowage([...argv, "--json"]);
    expect(stdout, `${argv.join(" ")}: ${stderr}`).toMatch(/^[[{]/);
  }
}

/** How each verb that takes names of containers is given one. */
const withName = Object.entries(verbs).flatMap(([name, verb]) => {
  const { arguments: args, flags } = describeVerb(name, verb);
  const argument = args.find(({ placeholder }) => argumentKind(name, placeholder)?.includes("containers"));
  // Of what is not there `destroy` has nothing to do, as with nixos-container.
  if (argument === undefined || name === "destroy") return [];
  const required = flags.flatMap((flag) => (flag.isRequired ? [`--${flag.name}`, flag.value?.values?.[0] ?? "x"] : []));
  const command = argument.placeholder.includes(" -- ") ? ["--", "true"] : [];
  return [[name, ...required, "wbe", ...command]];
});

onOneMachine(
  (scenario) => {
    scenario("documents are as they are described", async ({ host }) => {
      await host.configure(hostTs);
      expect((await host.tryStowage(["check"])).code).toBe(0);
      expect(JSON.parse(await host.stowage(["eval", "containers.web.localAddress"]))).toBe("10.233.1.2");
      await print(host, first);
      await host.configure(changed);
      await print(host, second);
    });

    scenario("a name with a mistake in it: the near one is offered, and nothing is done", async ({ host }) => {
      await host.switchTo(hostTs);
      for (const argv of withName) {
        const { code, stderr } = await host.tryStowage(argv);
        expect(code, argv.join(" ")).toBe(1);
        expect(stderr, argv.join(" ")).toContain("did you mean web?");
      }
      await print(host, [["uninstall", "--state"]]);
    });
  },
  { on: "bookworm" },
);
