/** T20 to T25, T29 to T31: containers by hand, from `create` to `destroy`, with what others have mounted into them. */
import { expect } from "vitest";
import { type Machine, scenario } from "../harness.ts";
import { prepare } from "./made.ts";

const rootOf = (name: string) => `/var/lib/stowage/containers/${name}/root`;

scenario(
  "two containers made by hand live, and are destroyed without what is foreign in them",
  async ({ host }) => {
    await prepare(host);
    // As those of nixos-container: systemd-nspawn maps the ids of no root that something is mounted in.
    const made = ["create", "foo", "--ensure-unique-name", "--set", "privateUsers=no"];
    const first = await host.stowage(made);
    const second = await host.stowage(made);
    expect([first, second]).toStrictEqual(["foo-0\n", "foo-1\n"]);
    const [id1, id2] = [first.trim(), second.trim()];
    expect((await host.stowage(["show-ip", id1])).trim()).toBe("10.233.1.2");
    expect((await host.stowage(["show-ip", id2])).trim()).toBe("10.233.2.2");
    expect(JSON.parse(await host.stowage(["list", "--json"])).map((one: { name: string }) => one.name)).toStrictEqual([
      id1,
      id2,
    ]);
    await readable(host, id1);
    await foreignMounts(host, id1, id2);

    await host.stowage(["start", id1]);
    expect(await host.stowage(["run", id1, "--", "uname"])).toBe("Linux\n");
    expect(await host.stowage(["run", id1, "--", "sh", "-c", "touch /var/lib/x && echo $USER"])).toBe("root\n");
    await host.must(["ping", "-c", "1", "-W", "5", "10.233.1.2"]);
    await host.stowage(["stop", id1]);
    await host.stowage(["start", id1]);
    await host.must(["ping", "-c", "1", "-W", "5", "10.233.1.2"]);
    expect(await host.stowage(["run", id1, "--", "true"])).toBe("");

    // As systemd-nspawn's neighbours leave it; the last thing before, as a failed test could not be cleared away.
    await host.sh(`mkdir -p ${rootOf(id2)}/var/empty && chattr +i ${rootOf(id2)}/var/empty`);
    // One runs, one is down.
    const said = JSON.parse(await host.stowage(["destroy", "--json", id1, id2]));
    expect(said.destroyed.map(({ name, state }: { name: string; state: string }) => [name, state])).toStrictEqual([
      [id1, "removed"],
      [id2, "removed"],
    ]);
    expect(await host.get("/var/lib/machines/important/data")).toBe("important\n");
    expect(await host.sh("ls /var/lib/machines/elsewhere")).toContain("etc");
    expect(await host.sh("ls /var/lib/stowage/containers /etc/stowage/made 2>&1 || true")).not.toMatch(/foo/);
    expect(await host.sh("grep -c stowage/containers /proc/self/mountinfo || true")).toBe("0\n");
    // The host's own, of which the one below the root was a peer, is where it was, also while somebody is in it.
    expect(await host.get("/srv/shared/user/data")).toBe("theirs\n");
    await host.sh("systemctl stop busy; umount /srv/shared/user /srv/shared; rm -r /srv/shared");
    expect((await host.tryStowage(["destroy", id1])).code).toBe(0);
    await leftByOthers(host);
    await stopFailed(host, id2);
  },
  { on: "bookworm" },
);

/** The definition is there, for root alone, and could stand in a host.ts. */
async function readable(host: Machine, name: string): Promise<void> {
  const file = `/etc/stowage/made/${name}.ts`;
  expect(await host.sh(`stat -c %a ${file}`)).toBe("600\n");
  expect(await host.get(file)).toContain('localAddress: "10.233.1.2"');
  const evaluated = JSON.parse(await host.stowage(["-c", file, "eval", `containers.${name}.localAddress`]));
  expect(evaluated).toBe("10.233.1.2");
}

/** T22, T23: the first one's root is a mount, and in both there is a directory of the host's, deep below. */
async function foreignMounts(host: Machine, id1: string, id2: string): Promise<void> {
  for (const name of [id1, id2]) {
    await host.stowage(["start", name]);
    await host.stowage(["stop", name]);
  }
  await host.sh(`
    mkdir -p /var/lib/machines/important && echo important > /var/lib/machines/important/data
    cp -a ${rootOf(id1)} /var/lib/machines/elsewhere
    mount --bind /var/lib/machines/elsewhere ${rootOf(id1)}
    for root in ${rootOf(id1)} ${rootOf(id2)}; do
      mkdir -p $root/very/deep/place && mount --bind /var/lib/machines/important $root/very/deep/place
    done
    mkdir -p /srv/shared ${rootOf(id2)}/shared && mount -t tmpfs tmpfs /srv/shared
    mkdir /srv/shared/user && mount -t tmpfs tmpfs /srv/shared/user && echo theirs > /srv/shared/user/data
    mount --rbind /srv/shared ${rootOf(id2)}/shared
    systemd-run --quiet --unit=busy --working-directory=/srv/shared/user sleep infinity`);
}

/** State of containers that are not there any more: what cannot be removed is in nobody else's way. */
async function leftByOthers(host: Machine): Promise<void> {
  await host.sh(`
    mkdir -p ${rootOf("x")} ${rootOf("y")}
    for _ in 1 2; do mount -t tmpfs tmpfs ${rootOf("x")}; done`);
  const destroyed = async (...names: string[]) => {
    const { code, stdout, stderr } = await host.tryStowage(["destroy", "--state", "--json", ...names]);
    const rows = JSON.parse(stdout).destroyed as { name: string }[];
    return { code, names: rows.map(({ name }) => name), stderr };
  };
  const covered = { code: 4, names: ["y"], stderr: expect.stringContaining("something is mounted below the root") };
  expect(await destroyed("x", "y")).toEqual(covered);
  await host.sh(`umount ${rootOf("x")} ${rootOf("x")}; systemd-run --quiet --unit=container@x.service sleep infinity`);
  const running = { code: 4, names: [], stderr: expect.stringContaining("container@x.service is active") };
  expect(await destroyed("x")).toEqual(running);
  await host.sh(`test -d ${rootOf("x")} && systemctl stop container@x.service`);
  expect(await destroyed("x")).toEqual({ code: 0, names: ["x"], stderr: expect.not.stringContaining("cut short") });
}

/** It is in the machine's generation no more, and runs all the same. */
async function stopFailed(host: Machine, name: string): Promise<void> {
  const unit = `container@${name}.service`;
  const now = Number(await host.sh("readlink /var/lib/stowage/generations/current"));
  const journal = { madeBy: "stowage", format: 1, from: [now - 1], to: now, pending: [unit] };
  await host.put("/var/lib/stowage/switch.json", `${JSON.stringify(journal)}\n`, "0600");
  await host.sh(`mkdir -p ${rootOf(name)}; systemd-run --quiet --unit=${unit} sleep infinity`);
  await host.stowage(["destroy", name]);
  expect(await host.sh(`systemctl is-active ${unit} || true`)).toBe("inactive\n");
  expect(await host.sh("ls /var/lib/stowage/containers /var/lib/stowage/switch.json 2>&1 || true")).not.toMatch(name);
}
