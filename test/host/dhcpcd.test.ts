import { expect, test } from "vitest";
import { dhcpcdProblem, dhcpcdTakes } from "../../src/host/dhcpcd.ts";

const links = ["ve-web", "vb-db", "backup0"];

test.each<[string, string, string[]]>([
  ["nothing said: all of them", "duid\npersistent\n", links],
  ["by pattern", "denyinterfaces ve-* vb-*\n", ["backup0"]],
  ["by name, in two lines", "denyinterfaces ve-web\ndenyinterfaces vb-db\n", ["backup0"]],
  ["a comment denies nothing", "#denyinterfaces ve-*\n", links],
  ["only those that are allowed", "allowinterfaces eth* backup?\n", ["backup0"]],
  ["a set of characters", "denyinterfaces v[be]-*", ["backup0"]],
  ["a dot is a dot", "denyinterfaces ve.web", links],
  ["a bracket that is never closed", "denyinterfaces ve-[*", links],
  ["in the block of one interface it says nothing of others", "interface eth0\ndenyinterfaces ve-*\n", links],
])("%s", (_, configuration, expected) => {
  expect(dhcpcdTakes(configuration, links)).toEqual(expected);
});

test("what to write is told, and nothing where nothing is to be done", () => {
  expect(dhcpcdProblem("", links)).toMatchObject({
    code: "dhcpcd-takes-links",
    message: "dhcpcd runs, and sets up links of containers: ve-web, vb-db, backup0",
    hint: 'add the line "denyinterfaces backup0 vb-* ve-*" to /etc/dhcpcd.conf, then: systemctl restart dhcpcd.service',
  });
  expect(dhcpcdProblem("denyinterfaces ve-* vb-* backup0\n", links)).toBeNull();
});
