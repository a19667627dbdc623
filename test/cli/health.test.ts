import { expect, test } from "vitest";
import { healthWord } from "../../src/cli/report/health.ts";

const unit = (state: string) => {
  const [active = "", sub = ""] = state.split("/");
  return { active, sub };
};

test.each([
  ["active/running", "active/running", "healthy"],
  ["active/running", "activating/start", "healthy"],
  ["active/running", "failed/failed", "unhealthy"],
  ["active/running", "deactivating/stop-post", "unhealthy"],
  ["active/running", "inactive/dead", null],
  ["activating/start", "inactive/dead", "starting"],
  ["activating/start-post", "inactive/dead", "starting"],
  ["activating/start-post", "failed/failed", "unhealthy"],
  ["activating/auto-restart", "inactive/dead", "unhealthy"],
  ["activating/auto-restart-queued", "inactive/dead", "unhealthy"],
  ["inactive/dead", "failed/failed", null],
  ["failed/failed", "inactive/dead", null],
] as const)("service %s, watch %s: %s", (service, watch, word) => {
  expect(healthWord(unit(service), unit(watch))).toBe(word);
});

test("one whose start has failed before is not only starting", () => {
  expect(healthWord({ ...unit("activating/start-post"), restarts: 1 }, unit("inactive/dead"))).toBe("unhealthy");
  expect(healthWord({ ...unit("activating/start-post"), restarts: 0 }, unit("inactive/dead"))).toBe("starting");
});

test("units that systemd does not know are none", () => {
  expect(healthWord(undefined, undefined)).toBeNull();
});
