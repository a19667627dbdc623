import fc from "fast-check";
import { expect, test } from "vitest";
import { byDigest, fullName, isKeptName, keptName, parseReference } from "../../../src/systems/images/reference.ts";

const digest = `sha256:${"a".repeat(64)}`;

test.each([
  ["nginx", "docker.io/library/nginx:latest"],
  ["nginx:1.27", "docker.io/library/nginx:1.27"],
  ["team/web", "docker.io/team/web:latest"],
  ["docker.io/nginx", "docker.io/library/nginx:latest"],
  ["docker.io/library/nginx", "docker.io/library/nginx:latest"],
  ["localhost/web", "localhost/web:latest"],
  ["localhost:5000/web", "localhost:5000/web:latest"],
  ["registry.example.org/a/b/c:x", "registry.example.org/a/b/c:x"],
  [`nginx@${digest}`, `docker.io/library/nginx@${digest}`],
  [`nginx:1@${digest}`, `docker.io/library/nginx:1@${digest}`],
])("%s is %s", (short, full) => {
  expect(fullName(short)).toBe(full);
  expect(fullName(full)).toBe(full);
});

test("with a digest its tag says nothing; without one it may become anything", () => {
  expect(byDigest(`nginx:1@${digest}`)).toBe(`docker.io/library/nginx@${digest}`);
  expect(byDigest("nginx:1")).toBe(null);
});

test("the name that we give is of the same repository, and of this very image", () => {
  const part = fc.stringMatching(/^[a-z0-9]{1,8}$/);
  const id = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`);
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), part, id, id, (path, tag, own, other) => {
      const image = `${path.join("/")}:${tag}`;
      const name = keptName(image, own);
      expect(parseReference(name).repository).toBe(parseReference(image).repository);
      expect(isKeptName(name, own)).toBe(true);
      expect(isKeptName(name, other)).toBe(own.slice(0, 39) === other.slice(0, 39));
      expect(isKeptName(image, own)).toBe(false);
    }),
  );
});
