/** The program that says which name servers containers ask. Facts: resolv.conf(5), systemd-resolved.service(8). */

/**
 * Where name servers are found, in this order. The second and third have those behind a resolver of the host's own:
 * systemd-resolved, or the dnsmasq of NetworkManager.
 */
export const resolvSources = [
  "/etc/resolv.conf",
  "/run/systemd/resolve/resolv.conf",
  "/run/NetworkManager/no-stub-resolv.conf",
] as const;

/**
 * Text of an awk program: constant, and what it reads is only compared. In the host's network namespace all is as the host
 * has it. In another one a server on the host's loopback, or on a link by its name, is nobody: the first file with
 * another server counts, without those. A file is written only if it differs, and in place: it may be bound.
 */
export function resolvProgram(file: (network: "host" | "own") => string): string {
  const [host, resolved, manager] = resolvSources;
  return `function read(path,    line, text) {
  text = ""
  while ((getline line < path) > 0) text = text line "\\n"
  close(path)
  return text
}

function usable(server) {
  return server != "" && server !~ /^127\\./ && server !~ /^(0|0\\.0\\.0\\.0|::|::1|0:0:0:0:0:0:0:[01])$/ && server !~ /^::ffff:127\\./ && server !~ /%/
}

# What of a file is of use elsewhere; servers counts those that are left.
function elsewhere(text,    lines, count, at, words, kept) {
  servers = 0
  kept = ""
  count = split(text, lines, "\\n")
  for (at = 1; at <= count; at++) {
    if (lines[at] ~ /^[ \\t]*([#;]|$)/) continue
    split(lines[at], words)
    if (words[1] == "nameserver") {
      if (!usable(tolower(words[2]))) continue
      servers++
    }
    kept = kept lines[at] "\\n"
  }
  return kept
}

function write(path, text) {
  if (read(path) == text) return
  printf "%s", text >path
  close(path)
}

BEGIN {
  given = read("${host}")
  write("${file("host")}", "# As the host has it.\\n" given)
  text = elsewhere(given)
  if (servers == 0) {
    behind = elsewhere(read("${resolved}"))
    if (servers == 0) behind = elsewhere(read("${manager}"))
    if (servers > 0) text = behind
  }
  write("${file("own")}", (servers > 0 ? "# Name servers of the host." : "# No name server of the host can be reached from here.") "\\n" text)
}
`;
}
