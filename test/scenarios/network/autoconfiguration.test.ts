/** T2: the address inside is set before the link comes up, so that what is derived from it is right. */
import { expect } from "vitest";
import { eventually, scenario } from "../harness.ts";
import { host as hostOf } from "./systems.ts";

/** Router advertisements for 2001:db8:77::/64, for some seconds. */
const advertise = `
  socket(S, AF_INET6, SOCK_RAW, 58) or die;
  setsockopt(S, 41, 18, pack("i", 255));
  open(F, "<", "/sys/class/net/eth0/ifindex"); my $index = <F>;
  my $prefix = pack("CCCCNNN", 3, 4, 64, 0xc0, 86400, 14400, 0) . Socket::inet_pton(AF_INET6, "2001:db8:77::");
  my $packet = pack("CCnCCnNN", 134, 0, 0, 64, 0, 1800, 0, 0) . $prefix;
  for (1 .. 40) { send(S, $packet, 0, pack_sockaddr_in6(0, Socket::inet_pton(AF_INET6, "ff02::1"), $index)); select(undef, undef, undef, 0.5) }`;

const options = (mac: string) => `privateNetwork: true, hostBridge: "br0", localMacAddress: "${mac}",`;

scenario(
  "a container on a bridge configures the address that its MAC address means",
  async ({ host }) => {
    const neighbour = await host.neighbour();
    await host.sh("ip link add br0 type bridge; ip link set eth0 master br0; ip link set br0 up");
    await host.switchTo(
      hostOf({
        isolated: [options("02:00:5e:10:00:01")],
        trusted: [
          `privateUsers: "no", extraVeths: { lan: { hostBridge: "br0", localMacAddress: "02:00:5e:10:00:02" } },`,
        ],
      }),
    );
    // A raw socket of the neighbour's, whose /sys is that of this machine: the number of its interface is asked for.
    const index = /^(\d+)/.exec(await neighbour.must(["ip", "-oneline", "link", "show", "eth0"]))?.[1] ?? "";
    const sender = advertise.replace(/open.*<F>;/, `my $index = ${index};`);
    const sending = neighbour.run(["perl", "-MSocket", "-e", sender]);
    await eventually(async () => {
      expect(await host.inside("isolated", ["ip", "-6", "address", "show", "dev", "eth0"])).toContain(
        "2001:db8:77::5eff:fe10:1/64",
      );
      expect(await host.inside("trusted", ["ip", "-6", "address", "show", "dev", "lan"])).toContain(
        "2001:db8:77::5eff:fe10:2/64",
      );
      expect(await host.inside("isolated", ["ip", "-6", "route", "show", "default"])).toContain("proto ra");
    });
    // The host does not listen to it by the ports of the bridge.
    expect(await host.sh("ip -6 address show dev vb-isolated")).toBe("");
    await sending;
  },
  { on: "trixie" },
);
