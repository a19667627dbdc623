/** Registries on a lab host's loopback, by Debian's docker-registry: one for everybody, one that asks for a password. */

import type { Machine } from "./machine.ts";
import { type Image, loadImage } from "./oci-image.ts";
import { eventually } from "./wait.ts";

/** Both show the same images. */
export const open = "127.0.0.1:5000";
export const closed = "127.0.0.1:5001";

/** Who may get from {@link closed}; the second is what htpasswd -B makes of the password. */
export const account = {
  username: "bob o'neil",
  password: "s3cret pass",
  hashed: "$2y$05$abcdefghijklmnopqrstuu1qdcFaS0PtqFUPzaCxLQ8/0lspH0ZEW",
};

export async function startRegistries(host: Machine): Promise<void> {
  await host.must(["systemctl", "disable", "--quiet", "--now", "docker-registry"]);
  await host.put("/etc/lab-htpasswd", `${account.username}:${account.hashed}\n`);
  await host.sh("mkdir -p /etc/containers/registries.conf.d");
  const insecure = [open, closed].map((location) => `[[registry]]\nlocation = "${location}"\ninsecure = true\n`);
  await host.put("/etc/containers/registries.conf.d/lab.conf", insecure.join(""));
  const auth = "auth: {htpasswd: {realm: lab, path: /etc/lab-htpasswd}}\n";
  for (const [address, more] of [
    [open, ""],
    [closed, auth],
  ] as const) {
    const port = address.split(":")[1];
    const file = `/etc/lab-registry-${port}.yml`;
    const storage = "storage: {filesystem: {rootdirectory: /var/lib/lab-registry}}\n";
    await host.put(file, `version: 0.1\n${storage}http: {addr: "${address}"}\n${more}`);
    await host.must(["systemd-run", "--quiet", `--unit=registry-${port}`, "docker-registry", "serve", file]);
  }
  await eventually(() => host.must(["curl", "-fsS", `http://${open}/v2/`]));
  await eventually(() => host.must(["curl", "-sS", `http://${closed}/v2/`]));
}

export async function stopRegistries(host: Machine): Promise<void> {
  await host.must(["systemctl", "stop", "registry-5000", "registry-5001"]);
}

/** What its name stands for from now on. @param by does it, loses the name, and does not have the image afterwards */
export async function publish(host: Machine, image: Image, by: "podman" | "docker"): Promise<void> {
  await loadImage(host, image, by);
  await host.must([by, "push", "-q", image.reference]);
  await host.must([by, "rmi", image.reference]);
}
