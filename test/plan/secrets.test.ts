import { describe, expect, test } from "vitest";
import { plan } from "../../src/plan/index.ts";
import type { ObservedSecrets } from "../../src/plan/plan.ts";
import { renderPlan } from "../../src/plan/render.ts";
import { compiled } from "../compile/oci/evaluated.ts";
import { machine } from "./observed.ts";

const secrets = { password: { file: "/etc/app/password" }, key: { file: "/etc/app/key" } };
const image = { image: "localhost/web:1" };
const host = (more: object = {}) =>
  compiled({
    containers: {
      system: { autoStart: true, path: "/srv/tree", secrets, ...more },
      other: { autoStart: true, path: "/srv/tree" },
    },
    ociContainers: { containers: { oci: { ...image, secrets }, plain: image } },
  });
const jobs = (observed: Readonly<Record<string, ObservedSecrets>>, next = host(), different = {}) => {
  const made = plan(host(), next, { ...machine([host()], different), secrets: observed });
  return { made, jobs: made.steps.map(({ id, because }) => `${id}: ${because}`).sort() };
};

describe("a secret whose source changed", () => {
  const rotated = { rotated: ["password"], missing: [] };

  test("restarts the container that has it, of either kind, and no other", () => {
    expect(jobs({ system: rotated, oci: rotated }).jobs).toEqual([
      "restart-unit container@system.service: its secret password changed",
      "restart-unit podman-oci.service: its secret password changed",
    ]);
    expect(jobs({}).jobs).toEqual([]);
  });

  test("several are told at once", () => {
    const both = { rotated: ["key", "password"], missing: [] };
    expect(jobs({ oci: both }).jobs).toEqual([
      "restart-unit podman-oci.service: its secret key, its secret password changed",
    ]);
  });

  test("one that is to be left alone is left alone, and that is told", () => {
    const { made } = jobs({ system: rotated }, host({ onChange: "none" }));
    expect(made.steps.filter(({ id }) => id.startsWith("restart"))).toEqual([]);
    expect(made.kept.map(({ because }) => because)).toEqual([expect.stringContaining("its secret password changed")]);
  });

  test("a stopped container stays stopped", () => {
    expect(jobs({ oci: rotated }, host(), { units: { "podman-oci.service": "inactive" } }).jobs).toEqual([]);
  });
});

describe("a secret that is not there", () => {
  const missing = { rotated: [], missing: ["password"] };

  test("keeps a plan that would start its container from being carried out", () => {
    const { made } = jobs({ oci: missing }, host(), { units: { "podman-oci.service": "failed" } });
    expect(made.blocked).toEqual([
      expect.objectContaining({
        code: "no-secret",
        message: "the secret password of container oci is not there: /etc/app/password is no file",
      }),
    ]);
  });

  test("is told, and nothing more, of a container that goes on as it runs", () => {
    const { made } = jobs({ system: missing });
    expect(made.blocked).toEqual([]);
    expect(made.drift).toEqual([
      "the secret password of container system is gone, so its next start would fail: /etc/app/password is no file",
    ]);
  });
});

describe("resources", () => {
  const limited = (resources: object, backend: "podman" | "docker" = "podman") =>
    compiled({
      containers: { system: { autoStart: true, path: "/srv/tree", resources } },
      ociContainers: { backend, containers: { oci: { ...image, resources } } },
    });

  for (const backend of ["podman", "docker"] as const) {
    test(`another limit restarts nothing: systemd takes it over (${backend})`, () => {
      const before = limited({ memoryMax: "1G", pidsMax: 100 }, backend);
      const made = plan(
        before,
        limited({ memoryMax: "2G", cpuQuota: "50%", pidsMax: 100 }, backend),
        machine([before]),
      );
      const ids = made.steps.map(({ id }) => id);
      expect(ids).toContain("daemon-reload");
      expect(ids.filter((id) => /^(re)?(start|stop)/.test(id))).toEqual([]);
      expect(renderPlan(made)).toContain("container@system.service");
    });
  }

  test("one that was changed by hand is mended by a restart", () => {
    const before = limited({ memoryMax: "1G" });
    const observed = machine([before], {
      drift: { startedWith: { "container@system.service": "/etc/systemd/system/container@system.service" } },
      files: { "/etc/systemd/system/container@system.service": { text: "[Service]\nMemoryMax=3G\n", ours: true } },
    });
    expect(plan(before, before, observed).steps.map(({ id }) => id)).toContain("restart-unit container@system.service");
  });
});
