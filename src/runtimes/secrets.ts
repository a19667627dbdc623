/**
 * Secrets of containers: systemd credentials of their units. What a unit says of one is where it is; its value goes from
 * there through systemd into memory that only the unit's processes and root see. Facts: systemd.exec(5) "CREDENTIALS".
 */
import type { ContainerPart } from "../compile/generation.ts";
import { literal, type UnitSection } from "../units/index.ts";

export interface Secret {
  readonly name: string;
  /** Of the credential: the secret's name, or that of the credential which it is. */
  readonly id: string;
  /** An absolute path, or the name of a credential of the host's. */
  readonly source: string;
  readonly encrypted: boolean;
  /** The file inside; null: there is none, it is a credential only. */
  readonly target: string | null;
  readonly user: string;
  readonly group: string;
  readonly mode: string;
}

/** In [Service]. systemd reads them as root, whoever the unit's processes are; one that it cannot read fails the start. */
export function loadCredentials(secrets: readonly Secret[]): UnitSection {
  const lines = (encrypted: boolean) => [
    ...new Set(
      secrets.filter((one) => one.encrypted === encrypted).map(({ id, source }) => `${id}:${literal(source)}`),
    ),
  ];
  const [plain, encrypted] = [lines(false), lines(true)];
  return {
    ...(plain.length > 0 && { LoadCredential: plain }),
    ...(encrypted.length > 0 && { LoadCredentialEncrypted: encrypted }),
  };
}

/** Where systemd keeps a unit's credentials while it runs: a fixed path, for units of the system. */
export const credentialsDir = (unit: string): string => `/run/credentials/${unit}`;

/** What a generation has of them beside their units. */
export const secretParts = (secrets: readonly Secret[]): Pick<ContainerPart, "secrets"> =>
  secrets.length === 0
    ? {}
    : { secrets: secrets.map(({ name, id, source, encrypted }) => ({ name, credential: id, source, encrypted })) };
