/** What networks, volumes and pods of OCI containers have in common. */
import { mkOption, types } from "../../modules/index.ts";

/** @param kind as people call it */
export const objectOptions = (kind: "network" | "volume") => ({
  external: mkOption({
    type: types.bool,
    default: false,
    description: `The ${kind} is made by somebody else: containers may name it, and it is neither made nor removed.`,
  }),
  options: mkOption({
    type: types.attrsOf(types.line),
    default: {},
    example: kind === "network" ? { mtu: "1400" } : { type: "tmpfs", device: "tmpfs", o: "size=64m" },
    description: "Options of its driver, which the engine's manual lists.",
  }),
  ...furtherOptions(kind),
});

export const furtherOptions = (kind: "network" | "volume" | "pod") => ({
  labels: mkOption({
    type: types.attrsOf(types.line),
    default: {},
    example: { "org.example.purpose": "backup" },
    description: "Labels, for programs that look at the engine.",
  }),
  extraOptions: mkOption({
    type: types.listOf(types.line),
    default: [],
    description: `Further options of \`${kind} create\`, each as it is.`,
  }),
});
