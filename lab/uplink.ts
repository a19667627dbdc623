/** A way out of a lab host: whatever this machine reaches. Nothing of this machine's network is changed. Facts: slirp4netns(1). */
import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import type { LabHost } from "./host.ts";

/** Of slirp4netns's own network, 10.0.2.0/24: it passes on what it is asked to this machine's name server. */
const nameServer = "10.0.2.3";

/** Ends with this process, and with {@link stop}. */
export class Uplink {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Gives a host an interface, a default route and a name server; IPv4 alone. */
  static async of(host: LabHost): Promise<Uplink> {
    const argv = ["--pdeathsig", "KILL", "slirp4netns", "--configure", "--mtu=65520", "--disable-host-loopback"];
    const child = spawn("setpriv", [...argv, "--ready-fd=3", `${host.leader}`, "tap0"], {
      stdio: ["ignore", "ignore", "pipe", "pipe"],
    });
    await isReady(child);
    await host.put("/etc/resolv.conf", `nameserver ${nameServer}\n`);
    return new Uplink(child);
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}

/** It writes something to its descriptor 3 when the interface is up. */
function isReady(child: ChildProcess): Promise<void> {
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (piece) => {
    said += piece;
  });
  return new Promise((resolve, reject) => {
    (child.stdio[3] as Readable).once("data", () => resolve());
    child.once("error", (error) => reject(new Error(`cannot run slirp4netns: ${error.message}`)));
    child.once("exit", (code) => reject(new Error(`slirp4netns ended with ${code}:\n${said}`)));
  });
}
