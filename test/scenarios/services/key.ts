/** A key pair of a test, the same in every run: what is built for it is built once. */
import { createECDH, createHash, createPrivateKey } from "node:crypto";

export interface TestKey {
  /** A line of authorized_keys. */
  readonly line: string;
  /** What `ssh -i` reads. */
  readonly pem: string;
}

/** @param name keys of different names are different */
export function testKey(name: string): TestKey {
  const d = createHash("sha256").update(`a key for tests alone: ${name}`).digest();
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(d);
  const point = ecdh.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString("base64url"));
  const jwk = { kty: "EC", crv: "P-256", x: x!, y: y!, d: d.toString("base64url") };
  // Facts: RFC 5656, 3.1.
  const blob = Buffer.concat(["ecdsa-sha2-nistp256", "nistp256", point].map(sshString));
  return {
    line: `ecdsa-sha2-nistp256 ${blob.toString("base64")} ${name}`,
    pem: createPrivateKey({ key: jwk, format: "jwk" }).export({ type: "sec1", format: "pem" }) as string,
  };
}

function sshString(part: string | Buffer): Buffer {
  const bytes = Buffer.from(part);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
