/** Checks of a container's automounts: autofs is the kernel's, and only for who is root on the host. */
import type { ContainerConfig } from "../../options/index.ts";
import { type Problems, showOption } from "../problems.ts";
import { usersFor } from "../users.ts";
import { at } from "./place.ts";

const device = "/dev/autofs";

/** systemd leaves automounts out without a word where it cannot have them. */
export function checkAutomounts(name: string, container: ContainerConfig, problems: Problems): void {
  const wanted = container.config?.systemd.automounts.findIndex(({ enable }) => enable) ?? -1;
  if (wanted < 0) return;
  const option = at(name, "config", "systemd", "automounts", String(wanted));
  if (usersFor(container).kind !== "none") {
    problems.add(
      {
        code: "automount-without-trust",
        message: `container ${name} has automounts, and users of its own`,
        details: ["the kernel makes automounts for the host's root alone"],
        hint: `declare a mount instead, or trust the container: ${showOption(at(name, "privateUsers"))} = "no"`,
      },
      option,
    );
  } else if (!container.allowedDevices.some(({ node }) => node === device)) {
    problems.add(
      {
        code: "automount-without-device",
        message: `container ${name} has automounts, and not the device ${device}`,
        hint: `add { node: "${device}", modifier: "rw" } to ${showOption(at(name, "allowedDevices"))}`,
      },
      option,
    );
  }
}
