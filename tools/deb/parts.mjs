/** The files of a Debian package that say what it is. Formats: deb-control(5), deb-md5sums(5), Debian's copyright-format 1.0. */
import { createHash } from "node:crypto";
import { chmodSync, lutimesSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

/** What the program runs on a host, beside what every Debian has. */
const depends = ["apt", "e2fsprogs", "iproute2", "nftables", "systemd (>= 252)", "systemd-container (>= 252)"];
/** For systems from elsewhere: archives in other formats, and the keys of Debian on what is another distribution. */
const recommends = ["bzip2", "debian-archive-keyring", "xz-utils", "zstd"];
const suggests = ["podman | docker.io", "squashfs-tools"];

/** @param size in KiB */
export function controlText({ manifest, node, architecture, size }) {
  return `Package: stowage
Version: ${manifest.version}
Architecture: ${architecture}
Section: admin
Priority: optional
Maintainer: the Stowage authors <stowage@localhost>
Installed-Size: ${size}
Depends: ${[...depends, ...node.depends].sort().join(", ")}
Recommends: ${recommends.join(", ")}
Suggests: ${suggests.join(", ")}
Description: ${manifest.description}
 A host.ts says which containers a machine has: system containers of
 systemd-nspawn, with Debian packages that are pinned and shared, and
 containers of published images, run by podman or docker. What it says is
 compiled to plain units of systemd; there is no daemon.
 .
 This package brings the Node that it runs with (${node.version}), for itself alone.
`;
}

export function md5sums(stage) {
  return filesBelow(join(stage, "usr"))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => `${createHash("md5").update(readFileSync(path)).digest("hex")}  ${relative(stage, path)}\n`)
    .join("");
}

const filesBelow = (directory) => readdirSync(directory, { recursive: true, withFileTypes: true });

/** Readable for all and writable for root, whatever umask the checkout was made with: a file keeps whether it is a program. */
export function setModes(stage) {
  chmodSync(stage, 0o755);
  for (const entry of filesBelow(stage)) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    chmodSync(path, entry.isDirectory() || statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}

/** Everything is as old as its source. */
export function setTimes(stage, seconds) {
  for (const entry of filesBelow(stage)) lutimesSync(join(entry.parentPath, entry.name), seconds, seconds);
  lutimesSync(stage, seconds, seconds);
}

/** A licence's text as a field: each line one further in, and a dot for an empty one. */
const field = (text) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => (line.trim() === "" ? " ." : ` ${line.trimEnd()}`))
    .join("\n");

const above = "usr/lib/stowage";

/** The holder, of a text that says it in a line of its own. */
const holderOf = (text) => /^(?:Copyright|By)\b:?\s*(.*)$/m.exec(text)?.[1];

const licenceName = ({ name, license }) => `${license}-of-${name.replaceAll(/[@/]/g, "-")}`;

/**
 * Of the stanzas that name a file the last one counts: so what is bundled has one of them all.
 * @param notices of packages; those with `directories` lie there as they are, all others are bundled
 */
export function copyrightText({ licence, node, notices }) {
  const own = holderOf(licence) ?? "the authors of Stowage";
  const by = (notice) => holderOf(notice.text) ?? `the authors of ${notice.name}`;
  const bundled = notices.filter(({ directories }) => directories === undefined);
  const apart = notices.filter(({ directories }) => directories !== undefined);
  const stanzas = [
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: stowage",
    `Files: *\nCopyright: ${own}\nLicense: Expat`,
    `Files: ${above}/node\nCopyright: Node.js contributors, and those of what it has in it\nLicense: Node.js-${node.version}`,
    `Files: ${above}/dist/*\nCopyright: ${[own, ...bundled.map(by)].join("\n ")}\nLicense: ${["Expat", ...bundled.map(licenceName)].join(" and ")}`,
    ...apart.map((notice) => {
      const files = notice.directories.map((directory) => `${above}/node_modules/${directory}/*`).join(" ");
      return `Files: ${files}\nCopyright: ${by(notice)}\nLicense: ${licenceName(notice)}`;
    }),
    `License: Expat\n${field(licence)}`,
    `License: Node.js-${node.version}\n${field(node.licence)}`,
    ...notices.map((notice) => {
      const comment = `Comment: of the npm package ${notice.name} ${notice.version}`;
      return `License: ${licenceName(notice)}\n${field(notice.text)}\n${comment}`;
    }),
  ];
  return `${stanzas.join("\n\n")}\n`;
}
