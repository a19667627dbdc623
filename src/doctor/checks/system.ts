/** systemd and the programs that units of ours start. */
import { containersOf, type Facts, hasPorts, programPaths } from "../facts.ts";
import { type Finding, judge } from "../finding.ts";

const oldest = 252;

export function systemd({ booted, systemdVersion }: Facts): Finding[] {
  return [
    judge("systemd-booted", booted, "systemd runs this machine", {
      state: "problem",
      what: "PID 1 is not systemd",
      why: "containers are units of the system's systemd",
      mend: "use a machine that was booted with systemd",
    }),
    judge("systemd-version", (systemdVersion ?? 0) >= oldest, `systemd ${systemdVersion}`, {
      state: "problem",
      what: systemdVersion === null ? "there is no systemctl" : `systemd ${systemdVersion}, older than ${oldest}`,
      why: `units of ours use what systemd has since ${oldest}`,
      mend: "update the distribution",
    }),
  ];
}

type Family = "debian" | "fedora" | "arch";
type Program = keyof typeof programPaths;

const packages: Readonly<Record<Program, Readonly<Record<Family, string>>>> = {
  nspawn: { debian: "systemd-container", fedora: "systemd-container", arch: "systemd" },
  machined: { debian: "systemd-container", fedora: "systemd-container", arch: "systemd" },
  proxy: { debian: "systemd", fedora: "systemd", arch: "systemd" },
  ip: { debian: "iproute2", fedora: "iproute", arch: "iproute2" },
  nft: { debian: "nftables", fedora: "nftables", arch: "nftables" },
  awk: { debian: "mawk", fedora: "gawk", arch: "gawk" },
};

const reasons: Readonly<Record<Program, string>> = {
  nspawn: "it runs the containers",
  machined: "containers are registered with it: list, run and logs find them there",
  proxy: "it passes on connections from ::1",
  ip: "it makes the networks of containers",
  nft: "it forwards ports into containers",
  awk: "it writes the name servers for containers",
};

/** nft is not needed by who forwards no port. */
export function programs(facts: Facts): Finding[] {
  return (Object.entries(programPaths) as [Program, string][]).map(([program, path]) => {
    const isNeeded = !["nft", "proxy"].includes(program) || hasPorts(facts);
    return judge(`program-${program}`, facts.programs[path] === true, path, {
      state: isNeeded ? "problem" : "note",
      what: `${path} is missing`,
      why: reasons[program],
      mend: install(facts.distributions, packages[program]),
    });
  });
}

export function install(distributions: readonly string[], names: Readonly<Record<Family, string>>): string {
  if (distributions.some((one) => ["fedora", "rhel", "centos"].includes(one))) return `dnf install ${names.fedora}`;
  if (distributions.includes("arch")) return `pacman -S ${names.arch}`;
  if (distributions.some((one) => ["debian", "ubuntu"].includes(one))) return `apt install ${names.debian}`;
  return `install it: the package is ${names.debian} on Debian, ${names.fedora} on Fedora, ${names.arch} on Arch`;
}

export function units(facts: Facts): Finding[] {
  const masked = (unit: string) => facts.loadStates[unit] === "masked";
  const startsAtBoot = containersOf(facts).some(({ autoStart }) => autoStart);
  return [
    judge("machined", !masked("systemd-machined.service"), "systemd-machined can be started", {
      state: "problem",
      what: "systemd-machined.service is masked",
      why: "systemd-nspawn registers containers with it, and fails where it cannot",
      mend: "systemctl unmask systemd-machined.service",
    }),
    judge("machines-target", !masked("machines.target"), "containers are started at boot", {
      state: startsAtBoot ? "problem" : "note",
      what: "machines.target is masked",
      why: "it starts the containers with autoStart = true at boot",
      mend: "systemctl unmask machines.target",
    }),
    ...(facts.failed.length === 0
      ? [{ check: "failed-units", state: "ok", what: "no unit of ours failed" } as const]
      : facts.failed.map(failedUnit)),
  ];
}

function failedUnit(unit: string): Finding {
  const container = /^container(?:-net|-merge)?@(.+)\.service$/.exec(unit)?.[1];
  return {
    check: "failed-units",
    state: "problem",
    what: `${unit} failed`,
    mend:
      container === undefined
        ? `systemctl status ${unit}`
        : `stowage logs ${container}; then stowage start ${container}`,
  };
}
