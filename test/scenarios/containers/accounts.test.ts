/** T13 for accounts: users that a container declares are there, with the same numbers everywhere, from the first start on. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { type Machine, scenario } from "../harness.ts";

const up = "\n      autoStart: true,\n      privateNetwork: true,";
const as = (user: string) =>
  `{ wantedBy: ["multi-user.target"], serviceConfig: { User: "${user}", ExecStart: "/usr/bin/sleep infinity" } }`;

interface System {
  readonly packages?: readonly string[];
  /** Of each what stands in its braces. */
  readonly users?: Readonly<Record<string, string>>;
  /** Each runs a service of its own name. */
  readonly running?: readonly string[];
}

function config({ packages = [], users = {}, running = [] }: System): string {
  const all = Object.entries(users).map(([name, body]) => `${name}: { ${body} }`);
  const services = running.map((name) => `"as-${name}": ${as(name)}`);
  return `\n      config: {
        packages: ${JSON.stringify(packages)},
        users: { users: { ${all.join(", ")} }, groups: { team: { members: ["root"] } } },
        environment: { etc: { "app.conf": { text: "of app\\n", mode: "0640", user: "app", group: "team" } } },
        systemd: { services: { ${services.join(", ")} } },
      },`;
}

const system = "isSystemUser: true";
const app = { app: `${system}, extraGroups: ["team", "adm"]` };
const alice = { alice: 'isNormalUser: true, description: "Alice Example", homeMode: "0750"' };
const web = (of: System): string => hostWith({ web: `${up}${config(of)}` });

const inside = async (host: Machine, container: string, ...argv: string[]) =>
  (await host.inside(container, argv)).trim();
const uid = (host: Machine, container: string, name: string) => inside(host, container, "id", "-u", name);
/** Who the main process of a service is. */
const runsAs = (host: Machine, unit: string) =>
  inside(host, "web", "sh", "-c", `stat -c %U /proc/$(systemctl show --property=MainPID --value ${unit})`);
const identity = async (host: Machine) => [
  await host.property("container@web.service", "InvocationID"),
  await inside(host, "web", "systemctl", "show", "--property=MainPID,InvocationID", "as-app.service"),
];
async function lockedUid(host: Machine, name: string): Promise<string> {
  const { accounts } = JSON.parse(await host.get("/etc/stowage/stowage.lock"));
  return String(accounts.users[name]);
}

scenario(
  "accounts at the first start, in place and at an upgrade: one number for a name, in every container",
  async ({ host }) => {
    const brief = `${config({ users: { zed: system, ...app, aaa: system } })}\n      autoStart: true,\n      ephemeral: true,`;
    await host.switchTo(hostWith({ web: `${up}${config({ users: { ...app, ...alice }, running: ["app"] })}`, brief }));
    const number = await uid(host, "web", "app");
    expect(number).toBe(await lockedUid(host, "app"));
    expect(await uid(host, "brief", "app")).toBe(number);
    expect(await inside(host, "web", "id", "-nG", "app")).toBe("app adm team");
    expect(await inside(host, "web", "stat", "-c", "%U %G %a", "/home/alice", "/etc/app.conf")).toBe(
      "alice users 750\napp team 640",
    );
    expect(await inside(host, "brief", "stat", "-c", "%U %G %a", "/etc/app.conf")).toBe("app team 640");
    expect(await runsAs(host, "as-app.service")).toBe("app");
    const before = await identity(host);

    // In place: a user comes with a service that runs as it, another one goes.
    await inside(host, "web", "useradd", "--system", "local");
    await host.configure(web({ users: { ...app, late: `${system}, shell: "/bin/sh"` }, running: ["app", "late"] }));
    const plan = await host.tryStowage(["plan"]);
    expect(plan.stdout).toMatch(/inside:\n +remove +user alice .*\n +add +user late {2}\(new\)\n/);
    await host.stowage(["switch"]);
    expect(await runsAs(host, "as-late.service")).toBe("late");
    expect(await inside(host, "web", "sh", "-c", "id alice 2>/dev/null || stat -c %u /home/alice")).toBe(
      await lockedUid(host, "alice"),
    );
    expect(await inside(host, "web", "getent", "passwd", "local")).toContain("local:");
    expect(await identity(host)).toEqual(before);

    // Whoever is new takes no number of one that went, who finds everything when it comes back.
    await host.switchTo(web({ users: { ...app, ...alice, later: system }, running: ["app"] }));
    expect(await inside(host, "web", "stat", "-c", "%U", "/home/alice")).toBe("alice");
    expect(await uid(host, "web", "app")).toBe(number);
    expect(new Set(await Promise.all(["app", "alice", "later"].map((name) => uid(host, "web", name)))).size).toBe(3);

    // A number that somebody has taken inside: nothing is changed, nothing is stopped, and both are named.
    await host.configure(web({ users: { ...app, taken: system }, running: ["app"] }));
    const taken = await lockedUid(host, "taken");
    await inside(host, "web", "useradd", "--no-create-home", "--uid", taken, "other");
    const refused = await host.tryStowage(["switch"]);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain(`number ${taken} of the declared user taken belongs to other in /etc/passwd`);
    expect(await inside(host, "web", "id", "-un", "later")).toBe("later");
    expect(await identity(host)).toEqual(before);
    await inside(host, "web", "userdel", "other");
    await host.stowage(["switch"]);
    expect(await uid(host, "web", "taken")).toBe(taken);
    expect(await identity(host)).toEqual(before);

    // Packages that bring accounts of their own, into a root that has declared and local ones, and one in their place.
    await host.configure(web({ packages: ["openssh-server"], users: { ...app, sshd: 'extraGroups: ["team"]' } }));
    const passwd = "/var/lib/stowage/store/*-openssh-server/seed/etc/passwd";
    const packaged = (await host.sh(`awk -F: '$1 == "sshd" { print $3; exit }' ${passwd}`)).trim();
    await inside(host, "web", "useradd", "--no-create-home", "--uid", packaged, "squatter");
    await host.stowage(["switch"]);
    expect(await uid(host, "web", "squatter")).toBe(packaged);
    expect(await uid(host, "web", "sshd")).not.toBe(packaged);
    expect(await inside(host, "web", "id", "-nG", "sshd")).toBe("nogroup team");
    expect(await uid(host, "web", "app")).toBe(number);
    expect(await inside(host, "web", "getent", "passwd", "local")).toContain("local:");
    expect(await inside(host, "web", "stat", "-c", "%U", "/etc/app.conf")).toBe("app");
    expect(await host.tryStowage(["plan"])).toMatchObject({ code: 0, stdout: "" });
  },
  { on: "bookworm", timeout: 240_000 },
);
