/** `resources`, of both kinds of containers: how much of the host they may use. Facts: systemd.resource-control(5). */
import { mkOption, types } from "../modules/index.ts";

const limit = (description: string, example: string) =>
  mkOption({ type: types.nullOr(memory), default: null, example, description });

/** systemd takes no other, and says so in the log alone. Zero is a limit of swap space alone, and what may be left to it. */
const memory = types.strMatching(
  /infinity|(?:100|[1-9][0-9]?)%|[1-9][0-9]*(?:\.[0-9]+)?[KMGTPE]?/,
  "size such as 512M, a percentage of the memory, or infinity",
);
const reserve = (description: string, example: string) =>
  mkOption({ type: types.nullOr(types.either(memory, types.enum("0"))), default: null, example, description });

/** A share of what there is where more is wanted: 100 is everybody's. */
const weight = (of: string) =>
  mkOption({
    type: types.nullOr(types.ints.between(1, 10000)),
    default: null,
    example: 50,
    description: `Its share of ${of} where more is wanted than there is; everybody has 100.`,
  });

const limits = {
  memoryMax: limit("Memory that it can use at the most; beyond that processes of it are ended.", "2G"),
  memoryHigh: limit("Memory above which it is slowed down and has to give back.", "1500M"),
  memoryLow: reserve("Memory that is left to it as long as others have more than theirs.", "256M"),
  memorySwapMax: reserve("Swap space that it can use at the most.", "0"),
  cpuQuota: mkOption({
    type: types.nullOr(types.strMatching(/[1-9][0-9]{0,5}%/, "percentage of one processor, such as 150%")),
    default: null,
    example: "150%",
    description: "Time of processors that it can use at the most: 100% is all of one.",
  }),
  cpuWeight: weight("the processors"),
  ioWeight: weight("the disks"),
  pidsMax: mkOption({
    type: types.nullOr(types.either(types.ints.positive, types.enum("infinity"))),
    default: null,
    defaultText: "16384 in a system container, else what the engine has",
    example: 512,
    description: "Processes and threads that it can have at the most.",
  }),
};

export const resourcesOptions = {
  resources: mkOption({
    type: types.nullOr(types.submodule({ options: limits })),
    default: null,
    defaultText: "{}",
    example: { memoryMax: "2G", cpuQuota: "150%", pidsMax: 512 },
    description:
      "What it may use of the host. A switch changes that of a running container in place. Where the kernel has no control group controller for one of them it is not kept: `stowage doctor` says so.",
  }),
};

export type Resources = { readonly [Name in keyof typeof limits]: string | number | null };
