import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { machineId } from "../../src/host/machine-id.ts";

test("the machine's id, or nothing", () => {
  const directory = mkdtempSync(join(tmpdir(), "stowage-id-"));
  try {
    writeFileSync(join(directory, "machine-id"), "0123456789abcdef0123456789abcdef\n");
    expect(machineId(join(directory, "machine-id"))).toBe("0123456789abcdef0123456789abcdef");
    expect(machineId(join(directory, "none"))).toBe("");
  } finally {
    rmSync(directory, { recursive: true });
  }
});
