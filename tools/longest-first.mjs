/**
 * The order of test files: what takes longest comes first, so that the workers end together. Vitest does that by itself
 * where it has run before; a fresh clone has nothing to go by but the size of files, which says little about scenarios.
 */
import { BaseSequencer } from "vitest/node";

/** Those above half a minute on two cores, the longest first. One that is missing here is only begun later. */
const longest = [
  "test/cli/verbs.live.test.ts",
  "test/scenarios/containers/lifecycle.test.ts",
  "test/scenarios/containers/ports.test.ts",
  "test/scenarios/network/docker.test.ts",
  "test/scenarios/path/nix.test.ts",
  "test/scenarios/containers/reload.test.ts",
  "test/scenarios/faults/",
  "test/scenarios/oci/conformance/",
  "test/scenarios/generations/pairs.test.ts",
  "test/scenarios/oci/",
  "test/scenarios/power/power.test.ts",
  "test/scenarios/by-hand/nothing-left.test.ts",
  "test/scenarios/package/",
  "test/scenarios/inside/ends.test.ts",
  "test/scenarios/by-hand/flake.test.ts",
  "test/scenarios/isolation/links.test.ts",
  "test/scenarios/systems/two-machines.test.ts",
  "test/scenarios/usage/completion.test.ts",
  "test/scenarios/generations/boot.test.ts",
  "test/scenarios/containers/in-place.test.ts",
  "test/scenarios/systems/crash.test.ts",
  "test/apply/interrupt.live.test.ts",
  "test/scenarios/systems/build.test.ts",
  "test/scenarios/containers/path.test.ts",
  "test/scenarios/containers/binds.test.ts",
  "test/scenarios/network/restart-networking.test.ts",
  "test/scenarios/containers/trusted.test.ts",
  "test/scenarios/sources/image.test.ts",
  "test/scenarios/containers/switch.test.ts",
  "test/scenarios/containers/strategies.test.ts",
  "test/scenarios/path/flake.test.ts",
  "test/scenarios/containers/failing-in-place.test.ts",
  "test/scenarios/inside/exit-codes.test.ts",
  "test/scenarios/by-hand/beside.test.ts",
  "test/scenarios/sources/configured.test.ts",
  "test/scenarios/cycles/cycles.test.ts",
];

/** @param {string} file */
function rank(file) {
  const at = longest.findIndex((part) => file.includes(`/${part}`));
  return at === -1 ? longest.length : at;
}

export class LongestFirst extends BaseSequencer {
  /** @override */
  async sort(files) {
    const sorted = await super.sort(files);
    return sorted.sort((one, other) => rank(one.moduleId) - rank(other.moduleId));
  }
}
