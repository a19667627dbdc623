import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { container, World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = new World();
  world.containers(container("web"));
});
afterEach(() => world.end());

describe("what is asked for cannot be", () => {
  test.each([
    [["start", "web", "--timeout", "soon"], "expected seconds"],
    [["stop", "web", "--timeout=-1"], "expected seconds"],
    [["restart", "web", "-t", "99999"], "expected seconds"],
    [["kill", "web", "--signal", "NOPE"], "expected a signal"],
    [["terminate", "web", "-s", "65"], "expected a signal"],
    [["logs", "web", "-n", "few"], "expected a whole number, or all"],
    [["logs", "web", "-f", "--until", "now"], "--follow goes on until it is interrupted"],
  ])("%j", async (argv, words) => {
    const { code, out, err } = await world.run(...argv);
    expect([code, out]).toEqual([64, ""]);
    expect(err).toContain(words);
  });

  test.each(["start", "stop", "restart", "reload", "kill", "logs", "lock"])("%s without root", async (verb) => {
    world.uid = 1000;
    const { code, err } = await world.run(verb, ...(verb === "lock" ? [] : ["web"]));
    expect([code, err]).toEqual([77, expect.stringContaining(`stowage ${verb} needs root`)]);
  });
});

test("lock: where nothing is lacking nothing is printed", async () => {
  writeFileSync(`${world.directory}/host.ts`, `export default { containers: { web: { path: "/srv/tree" } } };`);
  expect(await world.run("lock")).toMatchObject({ code: 0, out: "" });
  expect(JSON.parse((await world.run("lock", "--json")).out)).toEqual([]);
});
