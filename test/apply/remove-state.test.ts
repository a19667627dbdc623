import { expect, test } from "vitest";
import { mountsIn } from "../../src/apply/remove-state.ts";

const line = (point: string) => `36 35 98:0 / ${point} rw,noatime master:1 - ext4 /dev/root rw`;

test("mounts at and below a directory, the last first; not those of a neighbour whose name begins alike", () => {
  const points = ["/", "/c/web", "/c/web/root/a", "/c/web2", "/c/web/root/a\\040b", "/c/web/root/a"];
  expect(mountsIn("/c/web", points.map(line).join("\n"))).toStrictEqual([
    "/c/web/root/a",
    "/c/web/root/a b",
    "/c/web/root/a",
    "/c/web",
  ]);
});
