/** A machine whose /etc and /var/lib/stowage are on a disk of its own, that power cuts leave copies of. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LabHost } from "../../../lab/host.ts";
import { labCache } from "../../../lab/places.ts";
import { type Suite, tree } from "../../../lab/tree.ts";
import { archive, least } from "../../systems/import/archive.ts";
import { hostWith } from "../configurations.ts";
import { Machine } from "../harness.ts";
import { copyDisk, makeDisk, readDisk, unkind } from "./disk.ts";
import { readTree, type Tree } from "./judge.ts";

const small = `system: { source: tarball("/etc/stowage/base.tar") }`;

/**
 * Two containers in each, of which `lasting` changes each time, and a system that boots.
 * @param round the odd and the even ones have different containers
 */
export const hostTs = (round: number): string => `import { defineHost, tarball } from "stowage";

export default defineHost({ containers: {
  given: { autoStart: true, path: "/srv/system", privateNetwork: true },
  lasting: {
    privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.${2 + (round % 2)}",
    config: { ${small}, environment: { etc: { round: { text: "round ${round}\\n" } } } },
  },
  ${round % 2 === 1 ? "odd" : "even"}: { autoStart: false, privateNetwork: true, hostBridge: "br0",
    config: { ${small}, systemd: { services: { own: { script: "true" } } } } },
}, networking: { bridges: { br0: {} } } });
`;

/** Nothing but a system that is there already: no store path is made for it. */
export const onlyGiven = hostWith({ given: ` autoStart: true, path: "/srv/system", privateNetwork: true,` });

/** What the small systems are made of. */
export const putBase = (host: Machine): Promise<void> => host.put("/etc/stowage/base.tar", archive(...least));

/** Before the first switch and of the last one: what was on the disk when a switch had ended. */
export class CutMachine {
  readonly host: Machine;
  readonly #place: string;
  #copies = 0;
  #round = 0;

  private constructor(host: Machine, place: string) {
    this.host = host;
    this.#place = place;
  }

  /** The first switch is made, and its containers stopped again, so that nothing else writes. */
  static async boot(suite: Suite): Promise<CutMachine> {
    // In memory where there is such a place: a disk of the machine that runs the tests is slower, and not looked at.
    const place = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : labCache(), "stowage-power-"));
    makeDisk(join(place, "disk"), 96);
    const disks = [{ image: join(place, "disk"), target: "/mnt/disk", options: unkind }];
    const host = new Machine(await LabHost.boot({ suite, disks, binds: await systemBinds(suite) }));
    const machine = new CutMachine(host, place);
    try {
      await host.sh(
        `${makeSystem}; cd /mnt/disk; cp -a /etc .; rm -r etc/ssl/certs etc/rc?.d; mkdir -m 700 state; rmdir lost+found`,
      );
      await host.sh("mount --bind /mnt/disk/etc /etc; mount --bind /mnt/disk/state /var/lib/stowage");
      await putBase(host);
      await machine.declareNext();
      await host.stowage(["switch"]);
      await host.stowage(["stop", "given"]);
      return machine;
    } catch (error) {
      await machine.stop();
      throw error;
    }
  }

  /** The next configuration, which is on the disk for certain. */
  async declareNext(): Promise<void> {
    await this.host.put("/etc/stowage/host.ts", hostTs(this.#round++));
    this.flush();
  }

  /** What the kernel may do at any time: everything written so far goes to the disk. */
  flush(): void {
    execFileSync("sync", ["-f", this.#root]);
  }

  get #root(): string {
    return `/proc/${this.host.lab.leader}/root/mnt/disk`;
  }

  /** What programs of the machine see on the disk. */
  live(): Tree {
    return readTree(this.#root);
  }

  /** The power fails: returns the disk as it is at this moment. */
  cut(): string {
    const copy = join(this.#place, `copy-${this.#copies++}`);
    copyDisk(join(this.#place, "disk"), copy);
    return copy;
  }

  /** What is found on a disk after a power cut. */
  found(copy: string): Promise<Tree> {
    return readDisk(copy, (directory) => readTree(directory));
  }

  forgetCuts(): void {
    while (this.#copies > 0) rmSync(join(this.#place, `copy-${--this.#copies}`));
  }

  async stop(): Promise<void> {
    await this.host.stop();
    rmSync(this.#place, { recursive: true, force: true });
  }
}

/** The lab's own tree as a system for a container: its programs, and of the rest the least that it starts with. */
export async function systemBinds(suite: Suite) {
  return [{ source: join(await tree(suite), "usr"), target: "/srv/system/usr", readOnly: true }];
}

/** To be run once in a machine with {@link systemBinds}. */
export const makeSystem =
  "cd /srv/system; mkdir etc var; cp -a /etc/passwd /etc/group /etc/shadow /etc/nsswitch.conf /etc/dbus-1 etc";

/** The machine crashes, and starts with what is on a disk. */
export async function startWith(host: Machine, disk: string): Promise<void> {
  await host.lab.crash();
  await readDisk(disk, (directory) => {
    for (const [part, place] of [
      ["etc", "upper/etc"],
      ["state", "var/stowage"],
    ] as const) {
      const target = join(host.lab.directory, place);
      rmSync(target, { recursive: true, force: true });
      execFileSync("cp", ["-a", "--", join(directory, part), target]);
    }
  });
  await host.lab.start();
}
