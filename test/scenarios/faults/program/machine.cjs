/** What the driver does on the lab host: runs the command, asks systemd. */
const { execFile } = require("node:child_process");
const { copyFileSync } = require("node:fs");

/** Variables of every run: with one thread in the pool the calls of a run come in the same order each time. */
const env = { ...process.env, UV_THREADPOOL_SIZE: "1" };

const run = (argv, more = {}) =>
  new Promise((resolve) => {
    const options = { env: { ...env, ...more }, maxBuffer: 64 * 2 ** 20, timeout: 120_000 };
    execFile(argv[0], argv.slice(1), options, (error, stdout, stderr) => {
      const code = error === null ? 0 : (error.signal ?? error.code);
      resolve({ code, stdout, stderr });
    });
  });

async function must(argv) {
  const { code, stdout, stderr } = await run(argv);
  if (code !== 0) throw new Error(`${argv.join(" ")}: ${code}\n${stdout}${stderr}`);
  return stdout;
}

/** The configuration is that of this name from now on. */
const configure = (name) => copyFileSync(`/etc/stowage/${name}.ts`, "/etc/stowage/host.ts");

/** Containers and units of ours that run, those that failed, and which run of `live` this is. */
async function running() {
  const list = ["systemctl", "list-units", "--all", "--full", "--plain", "--no-legend", "--no-pager"];
  const lines = (await must([...list, "container*", "stowage*"])).split("\n").map((line) => line.trim().split(/ +/));
  const units = lines.filter(([unit, , active]) => unit && !/[.](slice|scope)$/.test(unit) && active !== "inactive");
  const show = await must(["systemctl", "show", "--value", "--property=InvocationID", "container@live.service"]);
  return { units: units.map(([unit, , active]) => `${unit} ${active}`).sort(), live: show.trim() };
}

module.exports = { run, must, configure, running };
