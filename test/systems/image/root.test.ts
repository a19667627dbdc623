import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fillImageRoot } from "../../../src/systems/image/root.ts";

test("a link of the packages at a place of ours shows nothing of the host", async () => {
  const directory = mkdtempSync(join(tmpdir(), "stowage-image-"));
  try {
    const [toplevel, packages, root] = ["toplevel", "packages", "root"].map((name) => `${directory}/${name}`) as [
      string,
      string,
      string,
    ];
    for (const place of [root, `${toplevel}/root/etc`, `${toplevel}/etc`, `${packages}/usr`, `${packages}/seed/etc`]) {
      mkdirSync(place, { recursive: true });
    }
    writeFileSync(`${directory}/secret`, "secret of the host\n");
    symlinkSync(`${directory}/secret`, `${packages}/seed/etc/hosts.declared`);
    await fillImageRoot(root, { name: "web", toplevel, packages });
    expect(readFileSync(`${root}/etc/hosts`, "utf8")).toContain("127.0.0.2 web\n");
    expect(readFileSync(`${root}/etc/hosts`, "utf8")).not.toContain("secret");
  } finally {
    rmSync(directory, { recursive: true });
  }
});
