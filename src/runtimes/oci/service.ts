/** `<backend>-<name>.service`: an OCI container. */
import type { Layout } from "../../store/layout.ts";
import { literal, type Unit, type UnitSection } from "../../units/index.ts";
import { noStartLimit } from "../nspawn/service.ts";
import type { OciContainer } from "./container.ts";
import type { Engine } from "./engine.ts";
import { healthWants, readiness } from "./health.ts";
import { nameUnits } from "./names.ts";
import { resourceSection } from "./resources.ts";
import { ownerNeeds } from "./rootless.ts";
import { secretSection } from "./secrets.ts";

export function ociService(layout: Layout, engine: Engine, container: OciContainer): Unit {
  return {
    name: container.unit,
    sections: { Unit: unitSection(engine, container), Service: serviceSection(layout, engine, container) },
  };
}

function unitSection(engine: Engine, container: OciContainer): UnitSection {
  const needed = [...engine.needs, ...ownerNeeds(container.runAs), ...container.objects, ...container.needs];
  const before = nameUnits(container);
  const wanted = [...before, ...healthWants(container)];
  const after = [...needed, ...before];
  return {
    Description: literal(`OCI container '${container.name}'`),
    ...(wanted.length > 0 && { Wants: wanted.join(" ") }),
    ...(needed.length > 0 && { Requires: needed.join(" ") }),
    ...(after.length > 0 && { After: after.join(" ") }),
    StartLimitIntervalSec: noStartLimit.StartLimitIntervalSec,
    ...engine.unit(container),
  };
}

function serviceSection(layout: Layout, engine: Engine, container: OciContainer): UnitSection {
  const own = engine.service(container);
  return {
    SyslogIdentifier: literal(container.name),
    LogLevelMax: "info",
    Restart: "always",
    // Long enough that a container that cannot start is no load.
    RestartSec: "1s",
    TimeoutStartSec: "infinity",
    TimeoutStopSec: "2min",
    // Ended by SIGTERM, or by SIGKILL where it did not listen: by the engine's stop, so no failure.
    SuccessExitStatus: "143 137",
    ...own,
    ...secretSection(container, own),
    ...resourceSection(engine, container),
    ...readiness(layout, engine, container),
  };
}
