/** Whether there is room for what will be written, asked before the work is begun: statvfs(3). */
import { existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { StowageError } from "../../error.ts";

/**
 * @param where directory, which need not be there yet
 * @param what fits after "… has no space for": the packages
 * @param verb what is done with so many bytes: "are to be fetched"
 * @throws StowageError `disk-full`
 */
export function checkSpace(where: string, bytes: number, what: string, verb: string, hint: string): void {
  const { bavail, bsize } = statfsSync(existingPart(where));
  if (bavail * bsize >= bytes) return;
  const megabytes = (count: number) => `${Math.ceil(count / 1e6)} MB`;
  throw new StowageError({
    code: "disk-full",
    message: `${where} has no space for ${what}`,
    details: [`${megabytes(bytes)} ${verb}, ${megabytes(bavail * bsize)} are free`],
    hint,
  });
}

const existingPart = (path: string): string => (existsSync(path) ? path : existingPart(dirname(path)));
