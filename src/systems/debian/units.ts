/**
 * Units of a package tree that the packages do not bring, and links of theirs that a container has no use for.
 * Both below usr/lib/systemd/system, so that they come and go with the tree and nothing stands in the container's /etc.
 */
import { existsSync, lstatSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeAll } from "../../store/make-all.ts";
import { findPaths } from "../tree.ts";

/**
 * Not pulled in at boot; all can still be started. systemd-nspawn(1) has made what these would: mounts, device nodes,
 * the machine id; or there is no machine (consoles, binary formats, kernel modules, a TPM, logins at a seat). Accounts
 * are in the seed or made by the merge unit. systemd-user-sessions.service stays: without it pam_nologin(8) lets nobody in.
 */
const notPulledIn = [
  "dev-hugepages.mount",
  "sys-fs-fuse-connections.mount",
  "sys-kernel-config.mount",
  "sys-kernel-debug.mount",
  "sys-kernel-tracing.mount",
  "proc-sys-fs-binfmt_misc.automount",
  "systemd-binfmt.service",
  "kmod-static-nodes.service",
  "systemd-modules-load.service",
  "systemd-remount-fs.service",
  "systemd-sysusers.service",
  "systemd-tmpfiles-setup-dev.service",
  "systemd-tmpfiles-setup-dev-early.service",
  "systemd-firstboot.service",
  "systemd-machine-id-commit.service",
  "systemd-update-utmp.service",
  "systemd-update-utmp-runlevel.service",
  "systemd-logind.service",
  "systemd-random-seed.service",
  "systemd-hibernate-clear.service",
  "systemd-tpm2-setup.service",
  "systemd-tpm2-setup-early.service",
  "systemd-pcrmachine.service",
  "systemd-pcrphase.service",
  "systemd-pcrphase-sysinit.service",
  "systemd-pcrextend.socket",
  "systemd-pcrlock.socket",
  "systemd-ask-password-console.path",
  "systemd-ask-password-wall.path",
  "console-getty.service",
  "getty.target",
  // Started by their first use: dbus.socket listens.
  "dbus.service",
  "run-lock.mount",
  "systemd-initctl.socket",
  "systemd-sysext.socket",
];

/** systemd-fstab-generator pulls it in also where there is no fstab; systemd-nspawn(1) has mounted the root as it is to be. */
const masked = ["systemd-remount-fs.service"];

/**
 * Run by PID 1 at every boot and every reload, each a process; in a container they look for what is not there: a kernel
 * command line, disks, a TPM, consoles, a vsock. systemd-fstab-generator, systemd-sysv-generator and those of packages stay.
 */
const uselessGenerators = [
  "systemd-bless-boot-generator",
  "systemd-cryptsetup-generator",
  "systemd-debug-generator",
  "systemd-factory-reset-generator",
  "systemd-getty-generator",
  "systemd-gpt-auto-generator",
  "systemd-hibernate-resume-generator",
  "systemd-import-generator",
  "systemd-integritysetup-generator",
  "systemd-rc-local-generator",
  "systemd-run-generator",
  "systemd-ssh-generator",
  "systemd-system-update-generator",
  "systemd-tpm2-generator",
  "systemd-veritysetup-generator",
];

interface FirstBoot {
  readonly name: string;
  /** A file of the tree, below usr/: the unit is made when it is there. */
  readonly when: string;
  readonly unit: string;
  /** Pulled in by these, and so only where one of them is started. */
  readonly wantedBy: readonly string[];
}

const oneshot = (description: string, condition: string, before: string, commands: readonly string[], after = "") =>
  [
    "[Unit]",
    `Description=${description}`,
    `ConditionPathExists=!${condition}`,
    `Before=${before}`,
    ...(after === "" ? [] : [`After=${after}`]),
    "",
    "[Service]",
    "Type=oneshot",
    "RemainAfterExit=yes",
    ...commands.map((command) => `ExecStart=${command}`),
    "",
  ].join("\n");

/** What must be unique in each container is made at the first start of the service that needs it. */
function firstBootUnits(postgresqlVersions: readonly string[]): FirstBoot[] {
  const snakeoil = "stowage-first-boot-snakeoil.service";
  return [
    {
      name: "stowage-first-boot-ssh.service",
      when: "sbin/sshd",
      // Debian's own sshd-keygen.service, where there is one, asks for ConditionFirstBoot=, which never holds here.
      unit: oneshot("Make SSH host keys", "/etc/ssh/ssh_host_ed25519_key", "ssh.service ssh.socket", [
        "/usr/bin/ssh-keygen -A",
      ]),
      wantedBy: ["ssh.service", "ssh.socket"],
    },
    {
      name: snakeoil,
      when: "sbin/make-ssl-cert",
      unit: oneshot(
        "Make a self-signed certificate",
        "/etc/ssl/private/ssl-cert-snakeoil.key",
        "postgresql.service nginx.service apache2.service postfix.service",
        ["/usr/sbin/make-ssl-cert generate-default-snakeoil"],
      ),
      wantedBy: ["postgresql.service", "nginx.service", "apache2.service", "postfix.service"],
    },
    {
      name: "stowage-first-boot-bind.service",
      when: "sbin/rndc-confgen",
      unit: oneshot("Make the key of the name server's control channel", "/etc/bind/rndc.key", "named.service", [
        "/usr/sbin/rndc-confgen -a -u bind",
      ]),
      wantedBy: ["named.service"],
    },
    {
      name: "stowage-first-boot-mariadb.service",
      when: "bin/mariadb-install-db",
      unit: oneshot("Make the MariaDB system tables", "/var/lib/mysql/mysql", "mariadb.service", [
        "/usr/bin/mariadb-install-db --user=mysql --skip-test-db --auth-root-authentication-method=socket",
      ]),
      wantedBy: ["mariadb.service"],
    },
    ...postgresqlVersions.map((version) => ({
      name: `stowage-first-boot-postgresql-${version}.service`,
      when: "bin/pg_createcluster",
      unit: oneshot(
        `Make a PostgreSQL ${version} cluster`,
        `/etc/postgresql/${version}/main/postgresql.conf`,
        "postgresql.service",
        [
          `/usr/bin/pg_createcluster ${version} main`,
          // The cluster's own unit comes from a generator, which has run before there was a cluster.
          "/usr/bin/systemctl daemon-reload",
          `/usr/bin/systemctl --no-block start postgresql@${version}-main.service`,
        ],
        snakeoil,
      ),
      wantedBy: ["postgresql.service"],
    })),
  ];
}

/** Writes the first-boot units that this tree needs and takes away the links and generators that a container does not. */
export function fitUnits(directory: string): void {
  const units = `${directory}/usr/lib/systemd/system`;
  for (const name of notPulledIn) {
    for (const link of findPaths(units, `*.wants/${name}`)) rmSync(link);
  }
  for (const name of masked) mask(join(units, name));
  for (const name of uselessGenerators) rmSync(join(units, "../system-generators", name), { force: true });
  const versions = existsSync(`${directory}/usr/lib/postgresql`) ? readdirSync(`${directory}/usr/lib/postgresql`) : [];
  const clusters = versions.filter((version) => /^\d+(\.\d+)?$/.test(version)).sort();
  for (const unit of firstBootUnits(clusters)) {
    if (existsSync(`${directory}/usr/${unit.when}`)) install(units, unit);
  }
}

function mask(unit: string): void {
  // The layer below has masked it, or there is no such unit.
  if (!lstatSync(unit, { throwIfNoEntry: false })?.isFile()) return;
  rmSync(unit);
  symlinkSync("/dev/null", unit);
}

function install(units: string, unit: FirstBoot): void {
  const place = join(units, unit.name);
  // The layer below may have it already, and the file then belongs to both.
  if (existsSync(place)) return;
  writeFileSync(place, unit.unit, { flag: "wx", mode: 0o644 });
  for (const wanting of unit.wantedBy) {
    makeAll(join(units, `${wanting}.wants`), 0o755);
    symlinkSync(`../${unit.name}`, join(units, `${wanting}.wants`, unit.name));
  }
}
