import { expect, test } from "vitest";
import { pullProgress } from "../../../src/systems/images/pull-progress.ts";
import type { Work } from "../../../src/systems/progress.ts";

/** The last event after some lines, as `done` of `total`. */
function after(...lines: readonly string[]): string {
  const events: Work[] = [];
  const progress = pullProgress("nginx:1", (event) => events.push(event));
  for (const line of lines) progress.line(line);
  const last = events.at(-1);
  return last?.kind === "work" ? `${last.done} of ${last.total}` : "ended";
}

test("docker's lines: a layer is done when it is unpacked, or was there", () => {
  const [one, two] = ["24b196183d74", "33e2dc539e55"];
  expect(after(`${one}: Pulling fs layer`, `${two}: Pulling fs layer`)).toBe("0 of 2");
  expect(after(`${one}: Pulling fs layer`, `${one}: Verifying Checksum`, `${one}: Download complete`)).toBe("0 of 1");
  expect(after(`${one}: Pulling fs layer`, `${one}: Pull complete`, `${two}: Already exists`)).toBe("2 of 2");
});

test("podman's lines, of 4 and of 5", () => {
  const hex = "24b196183d744b8ec2e28322eae3c1f4c53695ad6124a99542dd448ee22a839c";
  expect(after("Trying to pull nginx:1...", "Getting image source signatures")).toBe("undefined of undefined");
  expect(after(`Copying blob sha256:${hex}`)).toBe("0 of 1");
  expect(after(`Copying blob ${hex.slice(0, 12)} done   | `, `Copying blob sha256:${hex}`)).toBe("1 of 1");
});
