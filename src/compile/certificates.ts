/**
 * `security.pki`: authorities that a container trusts besides those of the package ca-certificates. What the packages have in
 * /etc/ssl/certs is a result of programs, and grows old when it is kept: so it is left as it is, and a directory with both
 * is mounted over it. Facts: openssl-rehash(1), update-ca-certificates(8).
 */
import { hash, X509Certificate } from "node:crypto";
import type { SystemConfig } from "../options/index.ts";
import { restartTriggers } from "../runtimes/nspawn/triggers.ts";
import { render } from "../units/index.ts";
import { etcText } from "./inner-etc.ts";
import type { Problems } from "./problems.ts";
import type { SettingsParts } from "./settings.ts";
import { type SourceRequest, type Sources, sourceText } from "./sources.ts";

const option = (name: "certificates" | "certificateFiles"): string[] => ["security", "pki", name];

/** The files that certificates are read from; options are named from the system. */
export const certificateSources = ({ security: { pki } }: SystemConfig): SourceRequest[] =>
  pki.certificateFiles.map((path) => ({ path, option: option("certificateFiles") }));

export const hasCertificates = ({ security: { pki } }: SystemConfig): boolean =>
  pki.certificates.length + pki.certificateFiles.length > 0;

/** @param at the option that `system` is; problems are added */
export function innerCertificates(
  at: readonly string[],
  system: SystemConfig,
  sources: Sources,
  problems: Problems,
): Omit<SettingsParts, "etcLinks" | "rules" | "packages"> {
  const { certificates, certificateFiles } = system.security.pki;
  const texts = [
    ...certificates.map((text) => ({ text, what: "a certificate", from: option("certificates") })),
    ...certificateFiles.map((path) => ({
      text: sourceText(sources, path, [...at, ...option("certificateFiles")], problems),
      what: path,
      from: option("certificateFiles"),
    })),
  ];
  const all = texts.flatMap(({ text, what, from }) =>
    text === null ? [] : split(text, what, [...at, ...from], problems),
  );
  if (all.length === 0) return { etc: {}, units: {}, unitLinks: {}, bin: {}, needs: {} };
  const files = [...new Set(all)].sort().map((text) => [`ssl/declared/${hash("sha256", text).slice(0, 16)}.crt`, text]);
  return {
    etc: Object.fromEntries(files.map(([path, text]) => [path, etcText(text ?? "")])),
    units: { [`${unitName}.service`]: unitText(all) },
    unitLinks: { [`sysinit.target.wants/${unitName}.service`]: `../${unitName}.service` },
    bin: { [unitName]: program },
    needs: { "usr/bin/openssl": "security.pki", "usr/share/ca-certificates": "security.pki" },
  };
}

const block = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** Each certificate by itself: of a file with several, programs that look for one by its hash would find the first. */
function split(text: string, what: string, at: readonly string[], problems: Problems): string[] {
  const found = (text.match(block) ?? []).map((one) => `${one.replaceAll("\r", "")}\n`);
  if (found.length > 0 && found.every(isCertificate)) return found;
  problems.add(
    {
      code: "bad-certificate",
      message: `${what} of security.pki is no certificate in PEM form`,
      details: ["it is text from `-----BEGIN CERTIFICATE-----` to `-----END CERTIFICATE-----`, or several of these"],
      hint: "`openssl x509 -in FILE` writes one",
    },
    at,
  );
  return [];
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0;
  } catch {
    return false;
  }
}

const unitName = "declared-certificates";

/** Before anything asks whom to trust. */
const unitText = (texts: readonly string[]): string =>
  render({
    name: `${unitName}.service`,
    sections: {
      Unit: {
        Description: "Certificate authorities that are declared",
        DefaultDependencies: false,
        After: "local-fs.target",
        Before: "sysinit.target",
        StartLimitIntervalSec: 0,
        ...restartTriggers([program, ...texts]),
      },
      Service: {
        Type: "oneshot",
        RemainAfterExit: true,
        ExecStart: { exec: [`/run/declared/current/bin/${unitName}`] },
        ExecStop: { exec: ["/usr/bin/umount", "--lazy", "/etc/ssl/certs"], ignoreFailure: true },
      },
    },
  });

/** Text of a program, the same for all. */
const program = `#!/bin/sh
# Made by stowage. What the packages trust, and what is declared, in one directory over /etc/ssl/certs.
set -eu
umask 022
both=/run/ssl-certs
rm -rf -- "$both"
cp -a -- /etc/ssl/certs "$both"
for file in /etc/ssl/declared/*.crt; do
  pem=declared-$(basename -- "$file" .crt).pem
  ln -s -- "$file" "$both/$pem"
  hash=$(openssl x509 -noout -subject_hash -in "$file")
  number=0
  while [ -e "$both/$hash.$number" ] || [ -L "$both/$hash.$number" ]; do number=$((number + 1)); done
  ln -s -- "$pem" "$both/$hash.$number"
  cat -- "$file" >>"$both/ca-certificates.crt"
done
mount --bind -- "$both" /etc/ssl/certs
`;
