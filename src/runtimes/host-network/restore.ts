/**
 * A bridge that is made anew, whoever does it, has lost its ports: the kernel has no memory of them. Its device unit
 * becomes active with it, and starts this one. Where there is no udev, and so no device unit, the next switch does.
 */
import {
  type Bridge,
  bridgeUnit,
  deviceUnit,
  type Link,
  restoreFile,
  restoreText,
  restoreUnit,
} from "../../network/index.ts";
import type { Layout } from "../../store/layout.ts";
import { literal, type Unit } from "../../units/index.ts";
import { dropsDebug, quietly } from "../nspawn/quietly.ts";
import { ip, linkTo } from "./bridges.ts";

export function restoreParts(layout: Layout, name: string, declared: Bridge | null, links: readonly Link[]) {
  const file = restoreFile(layout.etc, name);
  return {
    units: [restoreService(name, file)],
    unitLinks: Object.fromEntries([linkTo(`${deviceUnit(name)}.wants/${restoreUnit(name)}`)]),
    files: [[file, restoreText(name, declared, links)]] as [string, string][],
  };
}

function restoreService(bridge: string, file: string): Unit {
  return {
    name: restoreUnit(bridge),
    sections: {
      Unit: {
        Description: literal(`Ports of bridge '${bridge}'`),
        After: bridgeUnit(bridge),
        // A network that is set up again and again shall not lose its containers for it.
        StartLimitIntervalSec: 0,
      },
      // It fails where anything that it names is not there, which is common: not every container runs.
      Service: { Type: "oneshot", ...dropsDebug, ExecStart: quietly([ip, "-force", "-batch", file]) },
    },
  };
}
