import { expect, test } from "vitest";
import { unmappableBinds } from "../../src/plan/mapping.ts";
import { defaultLayout } from "../../src/store/layout.ts";

const next = (...mapped: string[]) => ({ containers: { web: { name: "web", mapped } } }) as never;
const told = (path: string, point: string, type: string) =>
  unmappableBinds(next(path), { unmappable: { [path]: { point, type } } } as never, defaultLayout).map(
    ({ code, message, hint }) => [code, message, hint?.includes("idmap = false")],
  );

test("what cannot be id-mapped keeps a plan from being carried out, with the reason and the way out", () => {
  expect(told("/srv/a", "/srv", "nfs4")).toEqual([
    [
      "cannot-map-owners",
      "container web cannot have /srv/a: it is on nfs4, mounted at /srv, which cannot map owners",
      true,
    ],
  ]);
  expect(told("/srv", "/srv/a", "ext4")).toEqual([
    ["cannot-map-owners", "container web cannot have /srv: there is another mount below it, ext4 at /srv/a", true],
  ]);
  expect(told("/var/lib/stowage", "/", "overlay")).toEqual([["cannot-map-owners", expect.any(String), false]]);
  // Of a mount below the state directory only what has a path of its own is a container's.
  expect(told("/var/lib/stowage", "/var/lib/stowage/store", "xfs")).toEqual([]);
  expect(unmappableBinds(next("/srv"), {} as never, defaultLayout)).toEqual([]);
});
