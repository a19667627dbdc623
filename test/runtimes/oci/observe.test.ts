/** What engines say of containers whose services run. */
import { expect, test } from "vitest";
import type { Generation } from "../../../src/compile/index.ts";
import { observeEngines } from "../../../src/runtimes/oci/observe.ts";
import { compiled } from "../../compile/oci/evaluated.ts";

const image = "localhost/x:1";
const containers = Object.fromEntries(["a", "b", "c", "d"].map((name) => [name, { image }]));
const generation: Generation = compiled({ ociContainers: { containers } });
const active = { active: "active", sub: "running" };
const all = Object.fromEntries(["a", "b", "c", "d"].map((name) => [`podman-${name}.service`, active]));

test("gone, paused, and what is not to be told: it runs, or its service does not", async () => {
  const asked: string[] = [];
  const statesOf = async (of: { engine: string; user: string }) => {
    asked.push(`${of.engine} ${of.user}`);
    return new Map([
      ["a", "running"],
      ["b", "paused"],
    ]);
  };
  const units = { ...all, "podman-d.service": { active: "inactive", sub: "dead" } };
  expect(await observeEngines([generation], units, statesOf, async () => units)).toEqual({ b: "paused", c: "gone" });
  // Once for all, and once more about what was missing.
  expect(asked).toEqual(["podman root", "podman root"]);
});

test("one that just ends is not gone: its service ends too", async () => {
  const ended = { ...all, "podman-c.service": { active: "activating", sub: "auto-restart" } };
  const states = async () => new Map(["a", "b", "d"].map((name) => [name, "running"]));
  expect(await observeEngines([generation], all, states, async () => ended)).toEqual({});
});

test("an engine that does not answer says nothing; without OCI containers none is asked", async () => {
  expect(
    await observeEngines(
      [generation],
      all,
      async () => null,
      async () => all,
    ),
  ).toEqual({});
  const fail = async () => Promise.reject(new Error("nobody is to be asked"));
  expect(await observeEngines([compiled({})], all, fail, fail)).toEqual({});
  expect(await observeEngines([generation], {}, fail, fail)).toEqual({});
});
