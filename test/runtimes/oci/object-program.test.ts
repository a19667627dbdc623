/** The program that makes networks, volumes and pods, run by /bin/sh with an engine that is a few files. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { definitionLabel, objectProgram } from "../../../src/runtimes/oci/object-program.ts";

/** What it has is a file of that name each, with the label as text; what it is asked for is in a log. */
const engine = `#!/bin/sh
dir=$(dirname "$0")
[ ! -e "$dir/down" ] || { echo "cannot connect to the engine" >&2; exit 1; }
if [ -e "$dir/options" ]; then printf '%s\\n' "$1" "$2" >"$dir/options"; shift 2; fi
kind=$1 verb=$2
# Containers that have ended: a file each, with the name and the file of the ID.
case $kind in
ps)
	[ "$*" = "ps -aq --filter network=app --filter status=exited --filter status=created --filter label=PODMAN_SYSTEMD_UNIT" ] || exit 1
	for file in "$dir"/ctr.*; do [ ! -e "$file" ] || echo "\${file##*.}"; done
	exit 0 ;;
rm) echo "rm $2" >>"$dir/log"; rm "$dir/ctr.$2"; exit 0 ;;
container) for last; do :; done; cat "$dir/ctr.$last"; exit 0 ;;
esac
shift 2
for last; do :; done
case $verb in
inspect)
	# As both engines: the beginning of an ID would do, too.
	for file in "$dir/$kind.$last"*; do
		[ -e "$file" ] || { echo "no such $kind" >&2; exit 125; }
		name=\${file#"$dir/$kind."}
		printf '%s/%s\\n' "$name" "$(cat "$file")"
		exit 0
	done ;;
create)
	echo "$kind create $*" >>"$dir/log"
	[ ! -e "$dir/refuse" ] || { echo "cannot create $last" >&2; exit 1; }
	for word; do case $word in --label=${definitionLabel}=*) printf %s "\${word#--label=${definitionLabel}=}" >"$dir/$kind.$last" ;; esac; done
	echo "an-id" ;;
rm) echo "$kind rm $*" >>"$dir/log"; rm -f "$dir/$kind.$last"; echo "$last" ;;
start) echo "$kind start $*" >>"$dir/log" ;;
esac
`;

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-object-"));
  mkdirSync(join(place, "etc"));
  program = "engine";
  options = "";
  writeFileSync(join(place, "engine"), engine, { mode: 0o755 });
  writeFileSync(join(place, "podman"), engine, { mode: 0o755 });
  writeFileSync(join(place, "etc/object"), objectProgram);
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

let program = "engine";
let options = "";
function play(verb: "make" | "remove", kind: string, name: string, ...further: string[]) {
  rmSync(join(place, "log"), { force: true });
  const argv = [join(place, "etc/object"), verb, join(place, program), options, kind, name, ...further];
  const { status, stdout, stderr } = spawnSync("/bin/sh", argv, { encoding: "utf8" });
  const asked = existsSync(join(place, "log")) ? readFileSync(join(place, "log"), "utf8").trimEnd().split("\n") : [];
  return { status, stdout, stderr, asked };
}
const is = (kind: string, name: string, label: string) => writeFileSync(join(place, `${kind}.${name}`), label);

describe.each(["network", "volume"])("a %s", (kind) => {
  test("that is not there is made, with our label", () => {
    expect(play("make", kind, "app", "d1", "--driver=bridge", "--opt=a=b c")).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
      asked: [`${kind} create --label=${definitionLabel}=d1 --driver=bridge --opt=a=b c app`],
    });
  });

  test("that is as it should be is left so", () => {
    is(kind, "app", "d1");
    expect(play("make", kind, "app", "d1")).toEqual({ status: 0, stdout: "", stderr: "", asked: [] });
  });

  test("of somebody else is not touched, neither made anew nor removed", () => {
    is(kind, "app", "");
    const made = play("make", kind, "app", "d1");
    expect(made).toMatchObject({ status: 1, asked: [] });
    expect(made.stderr).toBe(`${kind} app was made by somebody else: external = true uses it as it is\n`);
    expect(play("remove", kind, "app", "d1")).toEqual({ status: 0, stdout: "", stderr: "", asked: [] });
  });

  test("of another name is none of it, though its ID may begin so", () => {
    is(kind, "app0123", "");
    expect(play("make", kind, "app", "d1").asked).toEqual([`${kind} create --label=${definitionLabel}=d1 app`]);
    rmSync(join(place, `${kind}.app`));
    expect(play("remove", kind, "app", "d1").asked).toEqual([]);
  });

  test("is not taken for gone where the engine cannot be asked", () => {
    is(kind, "app", "d1");
    writeFileSync(join(place, "down"), "");
    const told = { status: 1, stderr: "cannot connect to the engine\n", asked: [] };
    expect(play("remove", kind, "app", "d1")).toMatchObject(told);
    expect(play("make", kind, "app", "d1")).toMatchObject(told);
  });

  test("that cannot be made is told in the engine's words", () => {
    writeFileSync(join(place, "refuse"), "");
    expect(play("make", kind, "app", "d1")).toMatchObject({ status: 1, stderr: "cannot create app\n" });
  });
});

test("a network of another definition is made anew; one of ours is removed, whatever its definition", () => {
  is("network", "app", "d1");
  expect(play("make", "network", "app", "d2", "--internal").asked).toEqual([
    "network rm app",
    `network create --label=${definitionLabel}=d2 --internal app`,
  ]);
  expect(play("remove", "network", "app", "d3").asked).toEqual(["network rm app"]);
  expect(play("remove", "network", "app", "d3")).toEqual({ status: 0, stdout: "", stderr: "", asked: [] });
});

test("the default network is nothing that could be called external", () => {
  is("network", "stowage", "");
  expect(play("make", "network", "stowage", "d1").stderr).toBe(
    "network stowage was made by somebody else: ociContainers.defaultNetwork.enable = false does without it\n",
  );
});

test("the engine's options are words", () => {
  writeFileSync(join(place, "options"), "");
  options = "--first=* --second";
  expect(play("make", "network", "app", "d1").status).toBe(0);
  expect(readFileSync(join(place, "options"), "utf8")).toBe("--first=*\n--second\n");
});

test("containers of ours that have ended keep no network of podman's; others' do, and docker asks none", () => {
  const ended = () => {
    writeFileSync(join(place, "ctr.1"), "web=/run/podman-web/ctr-id\n");
    writeFileSync(join(place, "ctr.2"), "renamed=/run/podman-web/ctr-id\n");
    writeFileSync(join(place, "ctr.3"), "theirs=\n");
  };
  ended();
  is("network", "app", "d1");
  expect(play("remove", "network", "app", "d1").asked).toEqual(["network rm app"]);
  program = "podman";
  is("network", "app", "d1");
  expect(play("remove", "network", "app", "d1").asked).toEqual(["rm 1", "network rm app"]);
  ended();
  is("network", "app", "d1");
  expect(play("make", "network", "app", "d2").asked.map(short)).toEqual(["rm 1", "network rm app", "network create"]);
});

test("a volume of another definition stays, with what it keeps", () => {
  is("volume", "data", "d1");
  expect(play("make", "volume", "data", "d2")).toMatchObject({
    status: 1,
    stderr: "volume data was made with other options, and to make it anew would lose its data\n",
    asked: [],
  });
});

test("a pod is made anew at each start, with what is left of it removed, and begun", () => {
  const made = ["pod create", "pod start app"];
  expect(play("make", "pod", "app", "d1").asked.map(short)).toEqual(made);
  expect(play("make", "pod", "app", "d1").asked.map(short)).toEqual(["pod rm --force app", ...made]);
  is("pod", "app", "");
  expect(play("make", "pod", "app", "d1")).toMatchObject({
    status: 1,
    stderr: "pod app was made by somebody else\n",
    asked: [],
  });
});
const short = (line: string): string => line.replace(/ --label.*/, "");
