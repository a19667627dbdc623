import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cgroupMounts } from "../../lab/cgroup.ts";
import { CommandFailed, exec, must } from "../../lab/exec.ts";

test("what a program says and how it ends", async () => {
  expect(await exec(["sh", "-c", "cat; echo e >&2; exit 3"], { input: "in" })).toEqual({
    code: 3,
    stdout: "in",
    stderr: "e\n",
  });
  expect((await exec(["sh", "-c", "kill -9 $$"])).code).toBe(137);
  await expect(exec(["/no/such/program"])).rejects.toThrow("cannot run /no/such/program");
});

test("a failure tells the command and its output", async () => {
  const error = await must(["sh", "-c", "echo out; echo err >&2; exit 4"]).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(CommandFailed);
  expect((error as CommandFailed).message).toBe("exit code 4: sh -c echo out; echo err >&2; exit 4\nerr\nout");
});

test("in a group of its own `kill 0` does not end the tests; else Ctrl-C ends it with them", async () => {
  const groups = async (ownGroup?: boolean) => {
    const script = "cut -d ' ' -f 5 /proc/$$/stat; echo $$; cut -d ' ' -f 5 /proc/$PPID/stat";
    const { stdout } = await exec(["sh", "-c", script], ownGroup === undefined ? {} : { ownGroup });
    const [group, pid, ours] = stdout.split("\n");
    return { group, pid, ours };
  };
  const own = await groups(true);
  expect(own.group).toBe(own.pid);
  const shared = await groups();
  expect(shared.group).toBe(shared.ours);
});

test("what is run in a lab host is in a group of its own", () => {
  const source = readFileSync(new URL("../../lab/host.ts", import.meta.url), "utf8");
  expect(source).toContain("ownGroup: true");
});

test("no longer than its time", async () => {
  await expect(exec(["sleep", "60"], { timeout: 50 })).rejects.toThrow("not done after 50 ms: sleep 60");
});

test("where the cgroup hierarchies are mounted", () => {
  const hybrid = `30 24 0:26 / /sys/fs/cgroup/systemd rw,nosuid shared:9 - cgroup cgroup rw,xattr,name=systemd
31 24 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
32 24 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
`;
  expect(cgroupMounts(hybrid)).toEqual({ unified: "/sys/fs/cgroup/unified", named: "/sys/fs/cgroup/systemd" });
  expect(cgroupMounts("30 24 0:26 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw\n")).toEqual({
    unified: "/sys/fs/cgroup",
  });
  expect(() => cgroupMounts("1 0 8:1 / / rw - ext4 /dev/vda rw\n")).toThrow("no cgroup2");
});
