/** G9, G14, T29: a container by hand is changed, by flags or by its owner's editor, and taken over only where it runs. */
import { expect } from "vitest";
import { scenario } from "../harness.ts";
import { prepare } from "./made.ts";

scenario(
  "a container made by hand is what its definition says by now, after update",
  async ({ host }) => {
    await prepare(host);
    await host.put(
      "/root/web.ts",
      `import { text } from "./text.ts";
export default {
  environment: { etc: { mark: { text } } },
  systemd: {
    tmpfiles: { rules: ["d /run/needed 0755 root root -"] },
    services: { asks: { wantedBy: ["multi-user.target"], serviceConfig: { ExecStart: "/bin/sh -c 'ls -d /run/needed && exec sleep inf'" } } },
  },
};
`,
    );
    await host.put("/root/text.ts", 'export const text = "one\\n";\n');
    await host.stowage(["create", "web", "--config-file", "web.ts", "--auto-start"], { cwd: "/root" });
    const invocation = () => host.property("container@web.service", "InvocationID");
    const mark = () => host.stowage(["run", "web", "--", "cat", "/etc/mark"]);
    expect(await mark()).toBe("one\n");
    expect(await host.stowage(["run", "web", "--", "systemctl", "is-active", "asks"])).toBe("active\n");
    const first = await invocation();

    // By hand: that is no drift, and does nothing before it is asked for.
    const file = "/etc/stowage/made/web.ts";
    await host.put(file, (await host.get(file)).replace("mark: { text }", 'mark: { text: "two\\n" }'), "0600");
    expect(await host.stowage(["update", "web", "--locked"])).toBe("web: updated\n");
    expect([await mark(), await invocation()]).toStrictEqual(["two\n", first]);
    expect(await host.stowage(["update", "web", "--locked"])).toBe("web: nothing new\n");

    // By flags; what else the definition says stays. A mistake changes nothing.
    const wrong = await host.tryStowage(["update", "web", "--locked", "--set", "environment=1"]);
    expect([wrong.code, wrong.stdout]).toStrictEqual([64, ""]);
    const before = await host.get(file);
    expect((await host.tryStowage(["update", "web", "--locked", "--config", "pakcages: []"])).code).toBe(1);
    expect(await host.get(file)).toBe(before);
    const said = await host.stowage([
      "update",
      "web",
      "--locked",
      "--json",
      "--config",
      'environment: { etc: { mark: { text: "three\\n" } } }',
    ]);
    expect(JSON.parse(said)).toMatchObject([{ container: "web" }]);
    expect([await mark(), await invocation()]).toStrictEqual(["three\n", first]);
    expect(await host.get(file)).toContain('localAddress: "10.233.1.2"');

    // The same file as often as one likes, and what lies beside the definition.
    for (const word of ["five", "six"]) {
      await host.put("/root/text.ts", `export const text = "${word}\\n";\n`);
      await host.stowage(["update", "web", "--locked", "--config-file", "web.ts"], { cwd: "/root" });
      expect([await mark(), await invocation()]).toStrictEqual([`${word}\n`, first]);
    }
    await host.put("/etc/stowage/made/said.txt", "beside\n");
    await host.put("/etc/stowage/made/common.ts", 'export const source = "./said.txt";\n');
    await host.put(
      file,
      (await host.get(file))
        .replace(/^/, 'import { source } from "./common.ts";\n')
        .replace("config: config", "config: { environment: { etc: { mark: { source } } } }"),
      "0600",
    );
    await host.stowage(["update", "web", "--locked"]);
    expect([await mark(), await invocation()]).toStrictEqual(["beside\n", first]);
    await host.sh("rm /etc/stowage/made/said.txt /etc/stowage/made/common.ts");
    await host.put(file, (await host.get(file)).replace('import { source } from "./common.ts";\n', ""), "0600");

    // One that is down stays down, and has it when it starts.
    await host.stowage(["stop", "web"]);
    await host.stowage([
      "update",
      "web",
      "--locked",
      "--config",
      'environment: { etc: { mark: { text: "four\\n" } } }',
    ]);
    expect(await host.property("container@web.service", "ActiveState")).toBe("inactive");
    await host.stowage(["start", "web"]);
    expect(await mark()).toBe("four\n");

    // Of several each is told of, whatever becomes of another.
    await host.stowage(["create", "db"]);
    const good = await host.get(file);
    await host.put(file, good.replace("localAddress:", "localAdress:"), "0600");
    const both = await host.tryStowage(["update", "web", "db", "--locked"]);
    expect([both.code, both.stdout]).toStrictEqual([4, "web: not updated\ndb: nothing new\n"]);
    expect(both.stderr).toContain("did you mean localAddress");
    await host.put(file, good, "0600");
    await host.stowage(["destroy", "db"]);

    // What host.ts declares is host.ts's.
    const other = await host.tryStowage(["update", "nobody", "--locked"]);
    expect(other.code).toBe(64);
    await host.stowage(["destroy", "web"]);
    expect(await host.sh("ls /etc/stowage/made /var/lib/stowage/containers 2>&1 || true")).not.toContain("web");
  },
  { on: "bookworm" },
);
