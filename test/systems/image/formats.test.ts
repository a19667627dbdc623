import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
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
