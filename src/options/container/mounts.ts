/** What a container sees of the host's file systems, and what it has in memory. */
import { mkOption, mkOptionDefault, types } from "../../modules/index.ts";

export const createOptions = {
  mode: mkOption({ type: types.fileMode, default: "0755", description: "Its permissions." }),
  owner: mkOption({
    type: types.either(types.userName, types.ints.unsigned),
    default: "root",
    description: "Its user and group: a name on the host, or a number, which is the same number inside.",
  }),
};

export const bindMountOptions = {
  mountPoint: mkOption({
    type: types.path,
    defaultText: "the attribute's name",
    description: "Where the directory or file appears inside the container.",
  }),
  hostPath: mkOption({
    type: types.nullOr(types.path),
    default: null,
    defaultText: "mountPoint",
    description: "Path on the host. null: the same as mountPoint.",
  }),
  isReadOnly: mkOption({ type: types.bool, default: true, description: "false: the container may write there." }),
  idmap: mkOption({
    type: types.bool,
    default: true,
    description:
      "Owners are the same numbers inside and on the host, also in a container with a user namespace. false: there, all of it belongs to nobody; for file systems that cannot be id-mapped.",
  }),
  create: mkOption({
    type: types.nullOr(types.submodule({ options: createOptions })),
    default: null,
    example: { mode: "0750", owner: "www-data" },
    description:
      "Make a directory at hostPath, when the container starts, where there is none. What is there is left as it is.",
  }),
};

export const mountOptions = {
  bindMounts: mkOption({
    type: types.attrsOf(
      types.submodule({
        options: bindMountOptions,
        config: ({ name }) => ({ mountPoint: mkOptionDefault(name) }),
      }),
    ),
    default: {},
    example: { "/srv/site": { hostPath: "/home/me/site" } },
    description: "Directories and files of the host that the container sees, by where it sees them.",
  }),
  tmpfs: mkOption({
    type: types.listOf(types.line),
    default: [],
    example: ["/var/cache", "/scratch:size=64M,mode=1777"],
    description:
      "Paths inside that are kept in memory: a path, or a path, a colon and mount options (tmpfs(5)). They are root's, with mode 0755 unless one is given. A colon of the path itself is written `\\:`.",
  }),
};
