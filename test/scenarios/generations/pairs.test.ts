/**
 * Random pairs of hosts, for real: from A by way of B back to A is nowhere, and nobody is touched whose definition is the same.
 * Two thousand, without a machine: `test/plan/pairs.test.ts`.
 */
import fc from "fast-check";
import { expect } from "vitest";
import { type Machine, scenario } from "../harness.ts";

interface Container {
  readonly autoStart: boolean;
  readonly ephemeral: boolean;
  readonly network: "none" | "own" | "ported" | "bridged";
  readonly note: string;
  readonly service: string;
  readonly open: number | null;
  readonly onChange: "auto" | "restart";
  readonly needs: boolean;
}

type Host = Readonly<Record<string, Container>>;

const container = (mayStart: boolean): fc.Arbitrary<Container> =>
  fc.record({
    autoStart: mayStart ? fc.constantFrom(true, false, false) : fc.constant(false),
    ephemeral: fc.constantFrom(false, false, false, true),
    network: fc.constantFrom("none", "own", "own", "ported", "bridged"),
    note: fc.constantFrom("a", "b"),
    service: fc.constantFrom("", "1", "2"),
    open: fc.constantFrom(null, 80, 443),
    onChange: fc.constantFrom("auto", "auto", "auto", "restart"),
    needs: fc.constantFrom(false, false, true),
  });

/** Of five some run: to start and stop them takes most of the time. */
const hosts = fc.record(
  { a: container(true), b: container(true), c: container(false), d: container(false), e: container(false) },
  { requiredKeys: [] },
) as fc.Arbitrary<Host>;

function addresses(name: string, { network }: Container): string {
  const n = name.charCodeAt(0);
  const own = `privateNetwork: true, hostAddress: "10.${n}.0.1", localAddress: "10.${n}.0.2",`;
  return {
    none: "",
    own,
    ported: `${own} forwardPorts: [{ hostPort: ${8000 + n}, containerPort: 80 }],`,
    bridged: `privateNetwork: true, hostBridge: "br0", localAddress: "192.0.2.${n}/24",`,
  }[network];
}

function text(host: Host): string {
  const bodies = Object.entries(host).map(([name, one]) => {
    const { network, note, service, open, needs, autoStart, ephemeral, onChange } = one;
    const before = String.fromCharCode(name.charCodeAt(0) - 1);
    const walled = network !== "none" && open !== null;
    return `${name}: { autoStart: ${autoStart}, ephemeral: ${ephemeral}, onChange: "${onChange}", ${addresses(name, one)}
      ${needs && Object.hasOwn(host, before) ? `dependsOn: ["${before}"],` : ""}
      config: {
        environment: { etc: { note: { text: "${note}" } } },
        ${walled ? `networking: { firewall: { enable: true, allowedTCPPorts: [${open}] } },` : ""}
        ${service === "" ? "" : `systemd: { services: { app: { wantedBy: ["multi-user.target"], environment: { V: "${service}" }, serviceConfig: { ExecStart: "/usr/bin/sleep infinity" } } } },`}
      } },`;
  });
  const bridged = Object.values(host).some(({ network }) => network === "bridged");
  const bridge = bridged ? '  networking: { bridges: { br0: { addresses: ["192.0.2.1/24"] } } },' : "";
  return `import { defineHost } from "stowage";
export default defineHost({
${bridge}
  containers: { ${bodies.join("\n")} },
});
`;
}

/** Files, units, links, hosts entries, rules, interfaces. Not what containers have of their own, which stays. */
const probe = `
  find /etc/systemd /etc/stowage /etc/sysctl.d /etc/hosts /etc/NetworkManager -name host.ts -prune -o -type f -exec sha256sum {} + 2>/dev/null | sort -k2
  find /etc/systemd/system -type l -printf '%p %l\\n' | sort
  nft --stateless list ruleset | sort
  ip -oneline link | sed -E 's/^[0-9]+: ([^:@]+).*/\\1/' | sort
  systemctl list-units --plain --no-legend 'container*' 'stowage*' | grep -vE '[.]slice |stowage-(resolv|hosts)' | awk '{ print $1, $3 }' | sort`;

const unitOf = (name: string): string => `container@${name}.service`;

async function running(machine: Machine): Promise<Record<string, string>> {
  const show = `for c in a b c d e; do echo $c $(systemctl is-active container@$c) $(systemctl show --value --property=InvocationID container@$c); done`;
  const lines = (await machine.sh(show)).trim().split("\n");
  return Object.fromEntries(
    lines.map((line) => line.split(" ")).map(([name = "", state, id]) => [name, `${state} ${id}`]),
  );
}

async function switchTo(machine: Machine, host: Host): Promise<void> {
  await machine.put("/etc/stowage/host.ts", text(host));
  const { code, stdout, stderr } = await machine.tryStowage(["switch"]);
  expect(code, `${text(host)}\n${stdout}\n${stderr}`).toBe(0);
}

/** Declared alike in both, and so are those that it needs. */
function isSame(name: string, a: Host, b: Host): boolean {
  const before = String.fromCharCode(name.charCodeAt(0) - 1);
  if (JSON.stringify(a[name]) !== JSON.stringify(b[name]) || a[name] === undefined) return false;
  if (!a[name].needs || (a[before] === undefined && b[before] === undefined)) return true;
  return isSame(before, a, b);
}

async function expectPair(machine: Machine, a: Host, b: Host, known: string): Promise<void> {
  const was = await running(machine);
  await switchTo(machine, b);
  const is = await running(machine);
  for (const name of ["a", "b", "c", "d", "e"]) {
    const wasUp = was[name]?.startsWith("active");
    if (wasUp && isSame(name, a, b)) expect([name, is[name]]).toEqual([name, was[name]]);
    if (b[name] === undefined) expect([name, is[name]?.split(" ")[0]]).toEqual([name, "inactive"]);
    else if (a[name] === undefined ? b[name].autoStart : wasUp)
      expect([name, is[name]]).toEqual([name, expect.stringMatching(/^active/)]);
  }
  await switchTo(machine, a);
  expect(await machine.sh(probe), `${text(a)}\n${text(b)}`).toBe(known);
}

/** A pair of containers that has started nobody more: else it is not A that one comes back to. */
const stays = (a: Host, b: Host): boolean =>
  !Object.keys(b).some(
    (name) =>
      a[name] !== undefined &&
      !a[name].autoStart &&
      Object.values(b).some(({ needs, autoStart }) => needs && autoStart),
  );

scenario(
  "from A to B and back, and nobody is touched without need",
  async ({ host }) => {
    const pairs = 12;
    const others = fc.sample(hosts, { numRuns: 200, seed: 7 });
    const [first = {}] = others.splice(0, 1);
    const all: Host = {
      ...first,
      a: {
        ...(first.a as Container),
        autoStart: true,
        ephemeral: false,
        network: "ported",
        note: "a",
        service: "1",
        open: 80,
        onChange: "auto",
        needs: false,
      },
    };
    await host.configure(text(all));
    await switchTo(host, all);
    const known = await host.sh(probe);
    const chosen = others.filter((other) => stays(all, other)).slice(0, pairs);
    expect(chosen).toHaveLength(pairs);
    for (const other of chosen) await expectPair(host, all, other, known);
    expect(await host.tryStowage(["plan"])).toMatchObject({ code: 0, stdout: "" });
    expect(await host.property(unitOf("a"), "ActiveState")).toBe("active");
  },
  { timeout: 900_000, on: "trixie" },
);
