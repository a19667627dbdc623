/**
 * A program of ours as it stands in a toplevel: without comments, which are for who reads the source, and indentation. There is
 * one copy for each container, and a block of the disk more for each that a program is longer.
 */
export function programText(source: string): string {
  const [interpreter = "", made = "", ...lines] = source.split("\n");
  const kept = lines.map((line) => line.trimStart()).filter((line) => line !== "" && !line.startsWith("#"));
  return [interpreter, made, ...kept, ""].join("\n");
}
