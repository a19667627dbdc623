/** What a container's toplevel says of names, and where it has that from. */
import { describe, expect, test } from "vitest";
import { innerNames } from "../../src/compile/names.ts";
import { hostConfig, type ShortContainer, type ShortSystem } from "./config.ts";

function names(config: ShortSystem, options: ShortContainer = {}) {
  const container = hostConfig({ web: { ...options, config } }).containers.web;
  if (!container?.config) return expect.fail();
  return innerNames("web", container.config, container);
}
const text = (made: ReturnType<typeof names>, path: string) => made.etc[path]?.text ?? made.etcLinks[path];

describe("name servers", () => {
  const resolv = (networking: ShortSystem["networking"], options: ShortContainer = {}) =>
    text(names(networking ? { networking } : {}, options), "resolv.conf");

  test("are the host's, live, or none", () => {
    expect(resolv({})).toBe("/run/resolv/resolv.conf");
    expect(resolv({}, { copyResolvConf: false })).toBeUndefined();
  });

  test("are those that are declared, whatever copyResolvConf says", () => {
    const nameservers = ["192.0.2.53", "2001:db8::53"];
    const servers = "nameserver 192.0.2.53\nnameserver 2001:db8::53\n";
    expect(resolv({ nameservers })).toBe(servers);
    expect(
      resolv({ nameservers, search: ["a.example", "b.example"], domain: "c.example" }, { copyResolvConf: false }),
    ).toBe(`search a.example b.example\n${servers}`);
    expect(resolv({ nameservers, domain: "c.example" })).toBe(`search c.example\n${servers}`);
  });

  test("are the host's with the container's own domains", () => {
    const made = names({ networking: { search: ["a.example"] } });
    expect(text(made, "resolv.conf")).toBe("/run/resolv.conf");
    expect(text(made, "resolv.conf.declared")).toBe("search a.example\n");
    expect(made.units["declared-resolv.path"]).toContain("PathChanged=/run/resolv/resolv.conf\n");
    expect(made.unitLinks["sysinit.target.wants/declared-resolv.service"]).toBe("../declared-resolv.service");
    expect(resolv({ search: ["a.example"] }, { copyResolvConf: false })).toBe("search a.example\n");
  });

  test("are what environment.etc says, where it says something", () => {
    const etc = { "resolv.conf": { text: "nameserver 192.0.2.1\n" } };
    expect(text(names({ etc, networking: { nameservers: ["192.0.2.2"] } }), "resolv.conf")).toBeUndefined();
  });
});

describe("its own names", () => {
  const listed: ShortContainer = { privateNetwork: true, localAddress: "10.0.0.2" };

  test("are in the file that all share, where nothing else is said", () => {
    expect(text(names({}, listed), "hosts")).toBe("/run/names/hosts");
    expect(text(names({}), "hosts")).toBe("/run/hosts");
  });

  test("with a domain: the full name comes first", () => {
    const made = names({ networking: { domain: "example.org" } }, listed);
    expect(text(made, "hosts")).toBe("/run/hosts");
    expect(text(made, "hosts.declared")).toMatch(/^127\.0\.0\.2 web\.example\.org web\n::1 web\.example\.org web$/m);
  });

  test("when they differ, the service that joins them differs: a switch makes the file anew before it returns", () => {
    const trigger = (extraHosts: string) =>
      /X-Restart-Triggers=.*/.exec(names({ extraHosts }, listed).units["declared-hosts.service"] ?? "")?.[0];
    expect(trigger("192.0.2.1 a")).toBeDefined();
    expect(trigger("192.0.2.1 a")).not.toBe(trigger("192.0.2.2 a"));
    expect(names({ extraHosts: "192.0.2.1 a" }, listed).units["declared-hosts.service"]).toContain(
      "RemainAfterExit=yes",
    );
  });
});
