/**
 * One machine for many attacks, with containers to try them in:
 *
 * - `locked`: isolated, as everybody gets it; every attack must fail in it;
 * - `loose`: trusted, as everybody gets it;
 * - `weak`: trusted, with every guard that this project adds taken away by a drop-in: an attack must succeed in it, or it
 *   proves nothing;
 * - `other`: another isolated one, with something to steal.
 */
import { afterAll, beforeAll } from "vitest";
import { LabHost } from "../../../lab/host.ts";
import type { Suite } from "../../../lab/tree.ts";
import { hostWith } from "../configurations.ts";
import { Machine } from "../harness.ts";

export type Name = "locked" | "loose" | "weak" | "other";

/** On a file system of the lab host that can be id-mapped. */
export const data = "/var/lib/containers";

const network = (number: number): string =>
  `privateNetwork: true, hostAddress: "10.233.${number}.1", localAddress: "10.233.${number}.2",`;
const binds = (name: string): string => `bindMounts: {
        "/data": { hostPath: "${data}/${name}", isReadOnly: false, create: {} },
        "/sub": { hostPath: "${data}/${name}/sub", create: {} },
        "/shared": { hostPath: "${data}/shared", create: {} },
      },`;
const config = `config: { environment: { etc: { "greeting": { text: "hello\\n" } } } },`;

const hostTs = hostWith({
  locked: `\n      ${network(1)}\n      ${binds("locked")}\n      ${config}`,
  other: `\n      ${network(2)}\n      ${config}`,
  loose: `\n      privateUsers: "no", ${network(3)}\n      ${binds("loose")}\n      ${config}`,
  weak: `\n      privateUsers: "no", ${network(4)}\n      ${binds("weak")}\n      ${config}`,
  hostnet: `\n      ${config}`,
});

/** A drop-in that takes away what guards a container: all but what systemd-nspawn does by itself. */
const weaken = `set -e
unit=/etc/systemd/system/container@weak.service
mkdir -p $unit.d
{ echo '[Unit]'
  echo AssertPathIsSymbolicLink=
  echo '[Service]'
  echo DevicePolicy=auto
  echo DeviceAllow=
  echo ExecStart=
  grep ^ExecStart= $unit | sed -E 's#--overlay-ro=([^ ]*/usr):[^ ]*:/usr#--bind-ro=\\1:/usr#; s#$# --capability=all --system-call-filter=@known#'
} > $unit.d/weak.conf
systemctl daemon-reload`;

export class Stage {
  #host: Machine | undefined;

  get host(): Machine {
    if (this.#host === undefined) throw new Error("not on stage yet");
    return this.#host;
  }

  async set(suite: Suite): Promise<void> {
    this.#host = new Machine(await LabHost.boot({ suite, flavour: "base" }));
    await this.host.switchTo(hostTs);
    await this.host.sh(weaken);
    await this.host.stowage(["start", "locked", "other", "loose", "weak"]);
  }

  async end(): Promise<void> {
    await this.#host?.stop();
  }

  /** Runs a program of the shell as the container's root, by its own init. True where it ends well. */
  async tries(name: Name | "hostnet", script: string): Promise<boolean> {
    const start = [
      "systemd-run",
      `--machine=${name}`,
      "--quiet",
      "--pipe",
      "--wait",
      "--collect",
      "--service-type=exec",
    ];
    const { code } = await this.host.run([...start, "--", "/bin/sh", "-c", script]);
    return code === 0;
  }

  /** What the program says on standard output. */
  async says(name: Name | "hostnet", script: string): Promise<string> {
    return (await this.host.inside(name, ["/bin/sh", "-c", script])).trim();
  }

  /** Whether the container starts. It is stopped before. */
  async starts(name: Name, whileDown: string): Promise<boolean> {
    const unit = `container@${name}.service`;
    await this.host.must(["systemctl", "stop", unit]);
    await this.host.sh(whileDown);
    const { code } = await this.host.run(["systemctl", "start", unit]);
    // It is tried again and again otherwise.
    if (code !== 0) await this.host.run(["systemctl", "stop", unit]);
    return code === 0;
  }
}

/** A stage for the tests of one `describe`. */
export function staged(suite: Suite): Stage {
  const stage = new Stage();
  beforeAll(() => stage.set(suite));
  afterAll(() => stage.end());
  return stage;
}
