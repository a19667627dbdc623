/** T13, T91–T104 inside a container: timers, sockets, paths, mounts, targets, slices, tmpfiles, settings and files of a switch in place. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { eventually, type Machine, scenario } from "../harness.ts";

const wanted = 'wantedBy: ["multi-user.target"]';
/** Notes what it was told by whoever opened the socket, which is a pipe: no other program is needed for that. */
const answering = (version: string, more = "") =>
  `{ script: "read -r line <&3; echo \\"${version} $line\\" >>/var/tmp/answers; exec sleep infinity"${more} }`;
/** Every second is too often for systemd's own limit. */
const noting = (file: string) =>
  `{ startLimitIntervalSec: 0, serviceConfig: { Type: "oneshot" }, script: "echo ran >>/var/tmp/${file}" }`;
const needing = (file: string) =>
  `{ ${wanted}, serviceConfig: { Type: "oneshot", RemainAfterExit: true, ExecStart: "/usr/bin/test -e ${file}" } }`;

interface Version {
  readonly times: string;
  readonly watched: string;
  readonly answer: string;
  readonly mount: string;
  readonly memory: string;
  readonly rules: string;
  readonly backlog: number;
  /** Further services, and further kinds of units. */
  readonly services?: string;
  readonly more?: string;
}

/** Automounts are the host's root's alone, and its device must be there. */
const trusted = `
      autoStart: true,
      allowedDevices: [{ node: "/dev/autofs", modifier: "rw" }],
      config: { systemd: {
        mounts: [{ where: "/srv/late", what: "tmpfs", type: "tmpfs" }],
        automounts: [{ where: "/srv/late", wantedBy: ["multi-user.target"] }],
      } },`;

const host = (version: Version, others: Readonly<Record<string, string>> = {}): string =>
  hostWith({
    ...others,
    web: `
      autoStart: true,
      privateNetwork: true,
      config: {
        boot: { kernel: { sysctl: { "net.core.somaxconn": ${version.backlog}, "net.ipv6.conf.eth0.accept_ra": false } } },
        environment: { etc: {
          "app/page": { source: "./page" },
          "app/copy": { source: "page", mode: "0600" },
          "app/release": { source: "/usr/lib/os-release" },
        } },
        systemd: {
          services: {
            steady: { ${wanted}, serviceConfig: { ExecStart: "/usr/bin/sleep infinity", Slice: "app.slice" } },
            tick: ${noting("ticks")},
            inbox: ${noting("inbox")},
            answer: ${version.answer},
            ${version.services ?? ""}
          },
          slices: { app: { sliceConfig: { MemoryMax: "${version.memory}" } } },
          tmpfiles: { rules: ${version.rules} },
          ${version.more ?? ""}
        },
      },`,
  });

const kinds = ({ times, watched, mount }: Pick<Version, "times" | "watched" | "mount">) => `
          timers: { tick: { wantedBy: ["timers.target"], timerConfig: { OnCalendar: "${times}", AccuracySec: "100ms" } } },
          sockets: { answer: { wantedBy: ["sockets.target"], socketConfig: { ListenFIFO: "/run/answer" } } },
          paths: { inbox: { ${wanted}, pathConfig: { PathChanged: "${watched}" } } },
          mounts: [{ where: "/srv/scratch", what: "tmpfs", ${mount}, wantedBy: ["local-fs.target"] }],`;

const first: Version = {
  times: "2100-01-01",
  watched: "/var/tmp/a",
  answer: answering("1"),
  mount: 'type: "tmpfs", options: "size=1M,mode=0755"',
  memory: "200M",
  rules: '["d /var/tmp/made 0750 - - -"]',
  backlog: 1234,
};

const inside = async (machine: Machine, script: string): Promise<string> =>
  (await machine.inside("web", ["sh", "-c", script])).trim();
const state = async (machine: Machine, ...units: string[]): Promise<string> =>
  (await machine.run(["systemctl", "--machine=web", "is-active", ...units])).stdout.trim().replaceAll("\n", " ");

/** What tells whether the container, and a service in it, is the same as before. */
const identity = async (machine: Machine): Promise<string[]> => [
  await machine.property("container@web.service", "InvocationID"),
  await machine.property("container-net@web.service", "InvocationID"),
  await inside(machine, "cat /proc/sys/kernel/random/boot_id; systemctl show --property=MainPID,InvocationID steady"),
];

/** A pipe takes a line only where somebody has it open, so this also shows that the socket is there. */
const ask = (machine: Machine, line: string) => inside(machine, `timeout 10 sh -c 'echo ${line} >/run/answer'`);
const answers = (machine: Machine, expected: string) =>
  eventually(async () => expect(await inside(machine, "cat /var/tmp/answers")).toBe(expected));

scenario(
  "timers, sockets, paths, mounts, targets, slices, tmpfiles and settings change in place",
  async ({ host: machine }) => {
    const files = { page: "one\n" };
    await machine.switchTo(host({ ...first, more: kinds(first) }), files);
    const before = await identity(machine);
    // As declared after a start: what systemd does at boot.
    expect(await inside(machine, "stat -c %a /var/tmp/made; cat /proc/sys/net/core/somaxconn /etc/app/page")).toBe(
      "750\n1234\none",
    );
    expect(await inside(machine, "cat /proc/sys/net/ipv6/conf/eth0/accept_ra")).toBe("0");
    expect(await inside(machine, "stat -c '%a %F' /etc/app/copy; readlink -f /etc/app/release")).toBe(
      "600 regular file\n/usr/lib/os-release",
    );
    expect(
      await state(machine, "tick.timer", "answer.socket", "inbox.path", "srv-scratch.mount", "answer.service"),
    ).toBe("active active active active inactive");
    await inside(machine, "echo kept >/srv/scratch/file; findmnt -no SIZE /srv/scratch");

    // A service that a socket starts, and that does not run yet: the next one that asks gets the new one.
    const second: Version = {
      times: "*:*:*",
      watched: "/var/tmp/b",
      answer: answering("2"),
      mount: 'type: "tmpfs", options: "size=2M,mode=0755"',
      memory: "300M",
      rules: '["d /var/tmp/made 0700 - - -", "f /var/tmp/made/note 0640 - - - text"]',
      backlog: 4321,
      services: `needs: ${needing("/var/tmp/made/note")}, late: { wantedBy: ["later.target"], serviceConfig: { ExecStart: "/usr/bin/sleep infinity" } },`,
    };
    await machine.configure(host({ ...second, more: `${kinds(second)} targets: { later: { ${wanted} } },` }), {
      page: "two\n",
    });
    const plan = (await machine.tryStowage(["plan"])).stdout;
    expect(plan).toMatch(/reload +container-net@web\.service {2}\(its kernel settings changed\)/);
    expect(plan).toMatch(/restart +tick\.timer {2}\(OnCalendar changed\)/);
    expect(plan).toMatch(/run +declared-tmpfiles\.service {2}\(what it applies changed\)/);
    expect(plan).toMatch(/reload +srv-scratch\.mount {2}\(Options changed\)/);
    expect(plan).toMatch(/start +later\.target {2}\(new\)/);
    expect(plan).not.toMatch(/restart +container/);
    await machine.stowage(["switch"]);

    expect(await inside(machine, "cat /proc/sys/net/core/somaxconn /etc/app/page /etc/app/copy")).toBe(
      "4321\ntwo\ntwo",
    );
    expect(await inside(machine, "stat -c %a /var/tmp/made; cat /var/tmp/made/note")).toBe("700\ntext");
    expect(await inside(machine, "findmnt -bno SIZE /srv/scratch; cat /srv/scratch/file")).toBe("2097152\nkept");
    expect(await inside(machine, "systemctl show --property=MemoryMax --value app.slice")).toBe(`${300 * 1024 * 1024}`);
    expect(await state(machine, "needs.service", "later.target", "late.service", "answer.service")).toBe(
      "active active active inactive",
    );
    await eventually(() => inside(machine, "test $(wc -l </var/tmp/ticks) -ge 2"));
    await inside(machine, "echo x >/var/tmp/a; sleep 0.5; test ! -e /var/tmp/inbox; echo x >/var/tmp/b");
    await eventually(() => inside(machine, "test -e /var/tmp/inbox"));
    await ask(machine, "a");
    await answers(machine, "2 a");
    expect(await identity(machine)).toEqual(before);

    // One that runs: it and its socket; then another place to listen at; then restarted, and the socket goes on.
    const third: Version = { ...second, answer: answering("3"), services: "" };
    await machine.switchTo(host({ ...third, more: kinds(third) }), files);
    expect(await state(machine, "answer.socket", "answer.service", "later.target", "late.service")).toBe(
      "active active inactive inactive",
    );
    await ask(machine, "b");
    await answers(machine, "2 a\n3 b");
    const socket = () => inside(machine, "systemctl show --property=InvocationID answer.socket");
    const kept = await socket();
    const restarted: Version = { ...third, answer: answering("4", ", stopIfChanged: false") };
    const ramfs = { ...restarted, mount: 'type: "ramfs", options: "mode=0755"' };
    await machine.switchTo(host({ ...ramfs, more: kinds(ramfs) }), files);
    expect(await socket()).toBe(kept);
    expect(await inside(machine, "findmnt -no FSTYPE /srv/scratch; ls /srv/scratch")).toBe("ramfs");
    await ask(machine, "c");
    await answers(machine, "2 a\n3 b\n4 c");

    // What the kernel does not have, and then a rule that cannot be: told each time, and the container runs on.
    const wrong = host({ ...ramfs, rules: '["d /proc/made"]', more: kinds(ramfs) });
    await machine.configure(wrong.replace("net.core.somaxconn", "net.core.nonsense"), files);
    for (const round of [1, 2]) {
      const { code, stderr } = await machine.tryStowage(["switch"]);
      expect({ round, code, stderr }).toMatchObject({ code: 4, stderr: expect.stringContaining("net/core/nonsense") });
    }
    await machine.configure(wrong, files);
    const failed = await machine.tryStowage(["switch"]);
    expect(failed).toMatchObject({ code: 4, stderr: expect.stringContaining("declared-tmpfiles.service failed") });
    expect(failed.stderr).toContain("/proc/made");

    // All gone.
    await machine.must(["mknod", "/dev/autofs", "c", "10", "235"]);
    await machine.switchTo(host({ ...ramfs, rules: "[]" }, { trusted }), files);
    expect(
      await state(machine, "tick.timer", "answer.socket", "inbox.path", "srv-scratch.mount", "answer.service"),
    ).toBe("inactive inactive inactive inactive active");
    await inside(machine, "! findmnt /srv/scratch");
    expect(await inside(machine, "cat /var/tmp/made/note")).toBe("text");
    expect(await identity(machine)).toEqual(before);
    expect(await inside(machine, "systemctl --failed --plain --no-legend")).toBe("");

    const late = () => machine.inside("trusted", ["findmnt", "-no", "FSTYPE", "/srv/late"]);
    expect(await late()).toBe("autofs\n");
    await machine.inside("trusted", ["ls", "/srv/late"]);
    expect(await late()).toBe("autofs\ntmpfs\n");
  },
  { on: "bookworm", timeout: 300_000 },
);
