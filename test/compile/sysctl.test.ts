import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileConfig } from "../../src/compile/index.ts";
import { sysctlKey } from "../../src/compile/sysctl.ts";
import { StowageError } from "../../src/error.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { hostConfig, lock, type ShortContainer, type ShortSystem } from "./config.ts";

const net: ShortContainer = { privateNetwork: true };
const generation = (sysctl: NonNullable<ShortSystem["sysctl"]>, container = net) =>
  compileConfig(hostConfig({ web: { ...container, config: { sysctl } } }), lock, defaultLayout, (path) => [
    { file: path.join(" "), line: 1, column: 1 },
  ]);

function told(...given: Parameters<typeof generation>): string[] {
  try {
    void generation(...given).units;
    return [];
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    const at = "containers web config boot kernel sysctl ";
    return error.problems.map(({ code, places = [] }) =>
      [code, ...places.map(({ file }) => file.replace(at, ""))].join(", "),
    );
  }
}

test("are set in the container's network before its links are up, and again by a reload", () => {
  const sysctl = {
    "net.core.somaxconn": 4096,
    "-net.ipv4.conf.eth0/1.forwarding": true,
    "net/x": " a b ",
    "net.y": null,
  };
  const { units, files } = generation(sysctl);
  const file = "/etc/stowage/network/web.declared-sysctl";
  expect(files[file]?.text.split("\n").slice(1)).toEqual([
    "-net/ipv4/conf/eth0.1/forwarding = 1",
    "net/core/somaxconn = 4096",
    "net/x = a b",
    "",
  ]);
  const up = files["/etc/stowage/network/web.up"]?.text.split("\n") ?? [];
  const line = up.findIndex((one) => one.endsWith(`/usr/lib/systemd/systemd-sysctl --strict ${file}`));
  expect(up[line]).toMatch(/^netns exec ct-web /);
  expect(up[line + 1]).toBe("netns exec ct-web /usr/sbin/ip -batch /etc/stowage/network/web.ns");
  const reload = units["container-net@web.service"]?.sections.Service?.ExecReload;
  expect(reload).toContainEqual({
    exec: [
      ..."/usr/sbin/ip netns exec ct-web".split(" "),
      ..."/usr/bin/env SYSTEMD_LOG_TARGET=console /usr/lib/systemd/systemd-sysctl --strict".split(" "),
      file,
    ],
  });
});

test("another value is a reload of the network, and nothing else", () => {
  const unit = (value: number) => generation({ "net.core.somaxconn": value }).units["container-net@web.service"];
  const { "X-Reload-Triggers": one, ...rest } = unit(1)?.sections.Unit ?? {};
  const { "X-Reload-Triggers": two, ...same } = unit(2)?.sections.Unit ?? {};
  expect(one).not.toBe(two);
  expect(rest).toEqual(same);
  expect(generation({}).units["container-net@web.service"]?.sections.Unit?.["X-Reload-Triggers"]).not.toBe(one);
});

describe("what cannot be set", () => {
  test.each<[string, string]>([
    ["kernel.core_pattern", "host-sysctl"],
    ["vm/swappiness", "host-sysctl"],
    ["net", "host-sysctl"],
    ["net/../kernel/core_pattern", "bad-sysctl"],
    ["net.//.kernel.core_pattern", "bad-sysctl"],
    ["net..core", "bad-sysctl"],
    ["/net/core", "bad-sysctl"],
    ["net.core.x ", "bad-sysctl"],
    ["net.x = 1\nkernel.y", "bad-sysctl"],
    ["net.", "bad-sysctl"],
  ])("%j", (name, code) => {
    expect(told({ [name]: 1 })).toEqual([`${code}, ${name}`]);
  });

  test("two lines in one, the same twice, settings of a network that is not its own", () => {
    expect(told({ "net.x": "1\nkernel.y = 2" })).toEqual(["unfit-text, net.x"]);
    expect(told({ "net.x": 1, "net/x": 2 })).toEqual(["two-settings, net.x, net/x"]);
    expect(told({ "net.x": 1 }, {})).toEqual(["sysctl-without-network, net.x"]);
    expect(told({ "net.x": 1 }, { networkNamespace: "/run/netns/x" })).toEqual([
      "sysctl-without-network, net.x, containers web networkNamespace",
    ]);
  });

  test("no name leads out of net/", () => {
    const part = fc.constantFrom("net", ".", "..", "/", "x", "-", "kernel", "*");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const name = parts.join("");
        if (told({ [name]: 1 }).length > 0) return;
        const key = sysctlKey(name).replace(/^-/, "");
        expect(new URL(key, "file:///proc/sys/").pathname).toMatch(/^\/proc\/sys\/net\/./);
      }),
      { numRuns: 300 },
    );
  });
});
