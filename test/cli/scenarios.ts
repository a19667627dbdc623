/** By verb, the scenario that plays it on real systemd: one of them, the most telling. */
export const scenarios: Readonly<Record<string, string>> = {
  boot: "test/scenarios/generations/boot.test.ts",
  build: "test/scenarios/sources/configured.test.ts",
  check: "test/scenarios/containers/binds.test.ts",
  compile: "test/scenarios/usage/documents.test.ts",
  completion: "test/scenarios/usage/completion.test.ts",
  create: "test/scenarios/by-hand/life.test.ts",
  destroy: "test/scenarios/by-hand/life.test.ts",
  diff: "test/scenarios/generations/one.test.ts",
  doctor: "test/scenarios/host/doctor.test.ts",
  eval: "test/scenarios/usage/documents.test.ts",
  explain: "test/scenarios/usage/documents.test.ts",
  gc: "test/scenarios/generations/gc.test.ts",
  generations: "test/scenarios/generations/rollback.test.ts",
  image: "test/scenarios/sources/image.test.ts",
  init: "test/scenarios/package/newcomer.test.ts",
  kill: "test/scenarios/life/verbs.test.ts",
  list: "test/scenarios/looking/looking.test.ts",
  lock: "test/scenarios/usage/documents.test.ts",
  login: "test/scenarios/inside/ends.test.ts",
  logs: "test/scenarios/life/logs.test.ts",
  options: "test/scenarios/usage/documents.test.ts",
  plan: "test/scenarios/containers/switch.test.ts",
  port: "test/scenarios/looking/looking.test.ts",
  reload: "test/scenarios/containers/reload.test.ts",
  restart: "test/scenarios/life/verbs.test.ts",
  rollback: "test/scenarios/generations/rollback.test.ts",
  run: "test/scenarios/inside/run.test.ts",
  shell: "test/scenarios/inside/ends.test.ts",
  "show-host-key": "test/scenarios/looking/looking.test.ts",
  "show-ip": "test/scenarios/looking/looking.test.ts",
  start: "test/scenarios/life/verbs.test.ts",
  stats: "test/scenarios/looking/looking.test.ts",
  status: "test/scenarios/looking/looking.test.ts",
  stop: "test/scenarios/life/verbs.test.ts",
  switch: "test/scenarios/containers/switch.test.ts",
  test: "test/scenarios/switching/way-back.test.ts",
  top: "test/scenarios/looking/looking.test.ts",
  uninstall: "test/scenarios/generations/uninstall.test.ts",
  update: "test/scenarios/oci/images.test.ts",
};

/** Whether a scenario plays a verb: by a call, a list of arguments that goes into one, or a line of a shell's. Comments do not count. */
export function plays(source: string, names: readonly string[]): boolean {
  const text = source.replace(/\/\*.*?\*\//gs, "").replace(/^\s*\/\/.*$/gm, "");
  const words = names.join("|");
  // Behind these stands a program of the host's, as test(1).
  const program = String.raw`(?<!\b(?:run|must|inside)\((?:\w+, )?)`;
  return new RegExp(
    `${program}[[(]\\s*(host, |"stowage", |"-c", [^,]*, )?"(${words})"|"stowage", "(${words})"|stowage (${words})\\b`,
  ).test(text);
}
