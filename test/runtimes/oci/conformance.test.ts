import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ociContainerOptions } from "../../../src/options/oci/container.ts";
import { cases } from "../../scenarios/oci/conformance/cases.ts";

/** Options with a scenario of their own, which looks at a running container, too: its file below test/scenarios/oci. */
const elsewhere: Readonly<Record<string, string>> = {
  autoStart: "conformance/conformance.test.ts",
  podman: "rootless.test.ts",
  imageFile: "images.test.ts",
  imageStream: "images.test.ts",
  pull: "images.test.ts",
  login: "images.test.ts",
  pod: "objects.test.ts",
  secrets: "secrets.test.ts",
  resources: "secrets.test.ts",
  dependsOn: "health.test.ts",
  healthcheck: "health.test.ts",
};

const scenario = (file: string): string =>
  readFileSync(fileURLToPath(new URL(`../../scenarios/oci/${file}`, import.meta.url)), "utf8");

test("every option of an OCI container is looked at in a running container", () => {
  const covered = [...new Set([...cases.map(({ option }) => option), ...Object.keys(elsewhere)])].sort();
  expect(covered).toEqual(Object.keys(ociContainerOptions).sort());
  const unnamed = Object.entries(elsewhere).filter(
    ([option, file]) => !new RegExp(`\\b${option}\\b`).test(scenario(file)),
  );
  expect(unnamed).toEqual([]);
});
