/** A small signed archive in a directory: packages with nothing in them, as many as a suite needs. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { basePackages } from "../../../src/systems/debian/resolve.ts";

export const canSign = ["/usr/bin/gpg", "/usr/bin/apt-get", "/usr/bin/dpkg-deb"].every((file) => existsSync(file));

const arch = () => execFileSync("dpkg", ["--print-architecture"], { encoding: "utf8" }).trim();
const sha256 = (bytes: string | Buffer) => createHash("sha256").update(bytes).digest("hex");

/** By component: package → version. */
export type Content = Readonly<Record<string, Readonly<Record<string, string>>>>;

export class TestArchive {
  readonly directory: string;
  readonly keyring: string;
  readonly #suite: string;
  readonly #origin: string;
  readonly #gpg: readonly string[];

  constructor(place: string, suite: string, origin: string) {
    [this.directory, this.keyring, this.#suite, this.#origin] = [
      join(place, "archive"),
      join(place, "keys.gpg"),
      suite,
      origin,
    ];
    mkdirSync(join(place, "gpg"), { mode: 0o700 });
    this.#gpg = [
      "--batch",
      "--quiet",
      "--homedir",
      join(place, "gpg"),
      "--passphrase",
      "",
      "--pinentry-mode",
      "loopback",
    ];
    this.gpg("--quick-gen-key", "archive", "ed25519", "sign", "never");
    this.gpg("--output", this.keyring, "--export");
  }

  gpg(...args: string[]): void {
    execFileSync("gpg", [...this.#gpg, "--yes", ...args], { stdio: ["ignore", "ignore", "pipe"] });
  }

  /** Has these from now on, besides what every system needs; what it had before is gone. */
  offer(content: Content): void {
    rmSync(this.directory, { recursive: true, force: true });
    const main = { "base-files": "1", ...Object.fromEntries(Object.keys(basePackages).map((name) => [name, "1"])) };
    const all = { ...content, main: { ...main, ...content.main } };
    const lists = Object.entries(all).map(([component, packages]) => {
      const text = Object.entries(packages)
        .map(([name, version]) => this.#add(component, name, version))
        .join("\n");
      const path = `${component}/binary-${arch()}/Packages`;
      this.#write(`dists/${this.#suite}/${path}`, text);
      return ` ${sha256(text)} ${Buffer.byteLength(text)} ${path}`;
    });
    const release = [
      `Origin: ${this.#origin}`,
      `Suite: ${this.#suite}`,
      `Codename: ${this.#suite}`,
      `Date: ${new Date().toUTCString().replace("GMT", "UTC")}`,
      `Architectures: ${arch()}`,
      `Components: ${Object.keys(all).join(" ")}`,
      "SHA256:",
      ...lists,
      "",
    ].join("\n");
    this.#write("Release", release);
    const signed = join(this.directory, `dists/${this.#suite}/InRelease`);
    this.gpg("--output", signed, "--clearsign", join(this.directory, "Release"));
  }

  #add(component: string, name: string, version: string): string {
    const control = `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: nobody\nDescription: nothing\n${name === "base-files" ? "Essential: yes\n" : ""}`;
    const [tree, path] = [join(this.directory, "tree"), `pool/${component}/${name}_${version}_all.deb`];
    mkdirSync(join(tree, "DEBIAN"), { recursive: true });
    writeFileSync(join(tree, "DEBIAN/control"), control);
    this.#write(path, "");
    execFileSync("dpkg-deb", ["-Znone", "--build", tree, join(this.directory, path)], { stdio: "ignore" });
    const bytes = readFileSync(join(this.directory, path));
    return `${control}Filename: ${path}\nSize: ${bytes.length}\nSHA256: ${sha256(bytes)}\n`;
  }

  #write(path: string, text: string): void {
    mkdirSync(dirname(join(this.directory, path)), { recursive: true });
    writeFileSync(join(this.directory, path), text);
  }
}
