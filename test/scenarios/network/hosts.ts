/** Texts of host.ts with bridges. */
import { hostWith } from "../configurations.ts";

/** A whole host.ts: what stands in the braces of each bridge and of each container. */
export function bridged(
  bridges: Readonly<Record<string, string>>,
  containers: Readonly<Record<string, string>> = {},
): string {
  const entries = Object.entries(bridges).map(([name, body]) => `      ${JSON.stringify(name)}: {${body}},`);
  const networking = `  networking: { bridges: {\n${entries.join("\n")}\n  } },\n`;
  return hostWith(containers).replace("  containers: {", `${networking}  containers: {`);
}
