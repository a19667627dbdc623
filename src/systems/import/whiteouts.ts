/**
 * What a layer of an image takes away from those below it. Facts: the OCI image specification, "Image Layer Filesystem
 * Changeset": `.wh.NAME` hides NAME, `.wh..wh..opq` all that its directory had.
 */
import type { Bytes } from "./bytes.ts";
import { cleanPath, Refused, type TreePolicy } from "./policy.ts";
import { tarEntries } from "./tar-reader.ts";

const opaque = ".wh..wh..opq";
const prefix = ".wh.";

/**
 * Reads the layer once, before it is written: its whiteouts say nothing of what it has itself.
 * @param policy the tree so far; what is taken away is gone from it afterwards
 * @returns the paths to be removed; a file that a directory takes the place of, and the other way round, is among them
 */
export async function removedBy(bytes: Bytes, policy: TreePolicy): Promise<string[]> {
  const removed: string[] = [];
  const remove = (path: string) => {
    if (policy.remove(path)) removed.push(path);
  };
  for await (const { entry } of tarEntries(bytes)) {
    const path = cleanPath(entry.name, "name");
    const at = path.lastIndexOf("/");
    const [directory, name] = [path.slice(0, Math.max(at, 0)), path.slice(at + 1)];
    checkRealWay(directory, policy);
    if (name === opaque) for (const child of policy.childrenOf(directory)) remove(child);
    else if (name.startsWith(prefix)) remove(join(directory, hidden(name)));
    else if (changesKind(policy.kindOf(path), entry.kind)) remove(path);
  }
  for await (const _ of bytes.rest());
  return removed;
}

/** What is hidden by a link on the way would be something else. */
function checkRealWay(directory: string, policy: TreePolicy): void {
  const parts = directory.split("/");
  const link = parts
    .map((_, end) => parts.slice(0, end + 1).join("/"))
    .find((path) => policy.kindOf(path) === "symlink");
  // It may be replaced by a directory in this very layer; then it is gone from the tree by now.
  if (link !== undefined) throw new Refused(`${directory} leads through ${link}, which is a link`);
}

function hidden(name: string): string {
  const rest = name.slice(prefix.length);
  if (rest === "" || rest === "." || rest === "..") throw new Refused(`has a strange name ${JSON.stringify(name)}`);
  return rest;
}

const changesKind = (before: string | undefined, now: string): boolean =>
  before !== undefined && (before === "directory") !== (now === "directory");

const join = (directory: string, name: string): string => (directory === "" ? name : `${directory}/${name}`);
