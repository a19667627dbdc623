/** A network namespace that somebody else made. */
import { expect } from "vitest";
import { httpGet, scenario } from "../harness.ts";
import { answering, host as hostOf, reach } from "./systems.ts";

scenario(
  "a container joins a namespace, and leaves it as it was",
  async ({ host }) => {
    await host.sh(`
    ip netns add vpn
    ip link add outer type veth peer name tun0 netns vpn
    ip address add 10.8.0.1/24 dev outer; ip link set outer up
    ip -n vpn address add 10.8.0.2/24 dev tun0; ip -n vpn link set tun0 up; ip -n vpn link set lo up`);
    await host.must(answering);
    for (const users of ["no", "pick", "identity"]) {
      await host.switchTo(
        hostOf({ vpn: [`networkNamespace: "/run/netns/vpn", privateUsers: "${users}",`, reach("10.8.0.1")] }),
      );
      // What was stopped by hand a switch leaves alone.
      await host.stowage(["start", "vpn"]);
      expect(await host.inside("vpn", ["cat", "/run/answer"]), users).toBe("hello");
      expect(await host.inside("vpn", ["ls", "/sys/class/net"]), users).toBe("lo\ntun0\n");
      const write = "ip address add 10.8.0.9/24 dev tun0 2>/dev/null && echo written || echo refused";
      expect(await host.inside("vpn", ["sh", "-c", write]), users).toBe("refused\n");
      // Ports below 1024 are the owner's of the namespace.
      if (users === "no") expect((await httpGet(host, "http://10.8.0.2/")).body).toBe("inside\n");
      await host.stowage(["stop", "vpn"]);
    }
    expect(await host.sh("ip -n vpn -brief address show dev tun0")).toContain("10.8.0.2/24");
  },
  { on: "bookworm" },
);

scenario(
  "a namespace that is not there is named",
  async ({ host }) => {
    await host.configure(hostOf({ vpn: [`networkNamespace: "/run/netns/nowhere",`] }));
    const { code, stdout, stderr } = await host.tryStowage(["switch"]);
    expect(code).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain("/run/netns/nowhere");
  },
  { on: "trixie" },
);
