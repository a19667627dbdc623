import { describe, expect, test } from "vitest";
import { emptyLock, pinnedImage } from "../../../src/systems/lock.ts";
import { parseLock, renderLock } from "../../../src/systems/lock-text.ts";

const digest = `sha256:${"ab".repeat(32)}`;
const images = {
  "docker.io/library/nginx:1.27": `docker.io/library/nginx@${digest}`,
  "file /srv/my images/web.tar localhost/web:1": digest,
  "localhost:5000/team/web": `localhost:5000/team/web@${digest}`,
};

test("a line for each image, in order, and read again as it was", () => {
  const text = renderLock({ ...emptyLock, images });
  expect(text).toContain(`  "images": {
    "docker.io/library/nginx:1.27": "docker.io/library/nginx@${digest}",
    "file /srv/my images/web.tar localhost/web:1": "${digest}",
    "localhost:5000/team/web": "localhost:5000/team/web@${digest}"
  }`);
  expect(parseLock(text, "stowage.lock")).toEqual({ ...emptyLock, images });
});

describe("what would be an argument of an engine is refused where it is none of ours", () => {
  test.each([
    ["--privileged", `x@${digest}`],
    ["nginx", "nginx:latest"],
    ["nginx", `--privileged@${digest}`],
    ["nginx", `nginx@${digest} more`],
    ["nginx", ""],
    ["file web.tar nginx", digest],
    ["other /srv/web.tar nginx", digest],
  ])("%j: %j", (name, pinned) => {
    const text = renderLock({ ...emptyLock, images: { [name]: pinned } });
    expect(() => parseLock(text, "stowage.lock")).toThrow("is not a lock file");
  });
});

test("pinned by the name, by file and name, or by its own digest", () => {
  const lock = { ...emptyLock, images };
  const registry = { kind: "registry", login: null } as const;
  expect(pinnedImage(lock, { image: "docker.io/library/nginx:1.27", source: registry })).toBe(
    `docker.io/library/nginx@${digest}`,
  );
  expect(pinnedImage(lock, { image: `nginx:1@${digest}`, source: registry })).toBe(`docker.io/library/nginx@${digest}`);
  const file = { kind: "file", path: "/srv/my images/web.tar" } as const;
  expect(pinnedImage(lock, { image: "localhost/web:1", source: file })).toBe(digest);
  expect(pinnedImage(lock, { image: "localhost/web:2", source: file })).toBe(null);
  expect(pinnedImage(lock, { image: "localhost/web:1", source: { ...file, kind: "stream" } })).toBe(null);
});
