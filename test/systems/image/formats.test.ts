import { createHash } from "node:crypto";
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writers } from "../../../src/systems/image/formats.ts";
import { byOtherTars } from "../import/other-tars.ts";

test.each(["tar", "oci"] as const)("%s: the same bytes, whatever version of tar makes them", async (format) => {
  const [one, ...others] = await byOtherTars(async (root, work) => {
    await writers[format]({ name: "web", root, work, file: `${work}/image`, epoch: 1000 });
    return createHash("sha256")
      .update(readFileSync(`${work}/image`))
      .digest("hex");
  });
  expect(others).toEqual([one]);
});

test("is made while builds link the same files of the store", async () => {
  const place = mkdtempSync(join(tmpdir(), "stowage-image-"));
  const root = join(place, "root");
  let links = 0;
  const hash = async (file: string) => {
    await writers.tar({ name: "web", root, work: place, file: join(place, file), epoch: 1000 });
    return createHash("sha256")
      .update(readFileSync(join(place, file)))
      .digest("hex");
  };
  mkdirSync(root);
  writeFileSync(join(root, "large"), Buffer.alloc(64 * 2 ** 20, "x"));
  for (const path of [join(root, "large"), root]) utimesSync(path, 1000, 1000);
  const quiet = await hash("quiet");
  const linking = setInterval(() => linkSync(join(root, "large"), join(place, `link-${links++}`)), 5);
  try {
    expect(await hash("busy")).toBe(quiet);
    expect(links).toBeGreaterThan(3);
  } finally {
    clearInterval(linking);
    rmSync(place, { recursive: true, force: true });
  }
});
