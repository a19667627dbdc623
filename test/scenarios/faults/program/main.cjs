/**
 * Runs on a lab host: `switch`, `rollback` and `gc` are ended by kill -9 at one call after the other, or a call fails, and
 * each time it is looked whether the machine is whole, and whether the next run brings it to what is declared.
 * Argument: JSON, see Request in stage.ts. Prints JSON: what was done and what was wrong.
 */
const { run, must, configure, running } = require("./machine.cjs");
const { survey, leftovers, currentText, halves, differences } = require("./survey.cjs");
const store = require("./store.cjs");
const { record, strike } = require("./trace.cjs");
const { Random, chosen } = require("./points.cjs");

const request = JSON.parse(process.argv[2]);
const product = "/opt/stowage/dist/cli.js";
const stowage = (cli, ...words) => ["/usr/local/bin/node", cli, ...words];
const random = new Random(request.seed);
const references = {};
const report = { possible: {}, rounds: [] };
let known;
let at = "a";
const otherOf = (name) => (name === "a" ? "b" : "a");

async function switchTo(name) {
  configure(name);
  await must(stowage(product, "switch", "--quiet"));
  at = name;
}

/** Everything that is compared later, of a machine on which nothing was cut short. */
async function learn(name) {
  await switchTo(name);
  references[name] = { files: survey(), generation: currentText(), ...(await running()) };
}

async function learnBoth() {
  await learn("a");
  const first = new Set(store.storeNames());
  await learn("b");
  await learn("a");
  const lists = (name, path) => references[name].generation.includes(path);
  const needed = (name) => store.storeNames().filter((path) => lists(name, path));
  known = {
    needed: { a: needed("a"), b: needed("b") },
    toplevels: {
      a: [...first].filter((path) => !lists("b", path)),
      b: needed("b").filter((path) => !lists("a", path)),
    },
    shapes: new Map([...store.shapes(), ...store.garbageShapes()]),
  };
}

/** From either side, with and without something to build and to seed; in few runs not each of both. */
const few = ["switch cold", "switch warm", "gc warm", "rollback cold", "rollback warm"];
const many = ["cold", "warm"].flatMap((how) =>
  ["switch", "switch", "rollback", "rollback", "gc"].map((verb) => `${verb} ${how}`),
);

/** What each verb does. Of two of a kind in turn the second begins from the other side. */
async function learnCalls() {
  const found = [];
  for (const [verb, how] of (request.looking ? many : few).map((text) => text.split(" "))) {
    const [from, cold] = [at, how === "cold"];
    const points = await record(await prepare(product, { verb, cold }), request.looking);
    found.push(...points.map((point) => ({ verb, from: verb === "gc" ? null : from, cold, ...point })));
    if (verb !== "gc") at = otherOf(from);
  }
  return found;
}

/** Readies the machine for a run of the verb. @returns its argument list */
async function prepare(cli, { verb, cold }) {
  if (verb === "gc") {
    store.makeGarbage();
    return stowage(cli, "gc", "--keep", "4");
  }
  const to = otherOf(at);
  if (cold) store.forget(known.toplevels[to], to === "a" ? ["two"] : []);
  if (verb === "switch") {
    configure(to);
    return stowage(cli, "switch", "--quiet");
  }
  const number = store.numberOf(references[to].generation);
  if (number === undefined) throw new Error(`no generation of ${to} is kept`);
  return stowage(cli, "rollback", "--quiet", `${number}`);
}

async function wholeness(to) {
  const wrong = [...halves(references[at], references[to]), ...store.halfPaths(known.shapes)];
  const names = new Set(store.storeNames());
  for (const name of known.needed[at]) if (!names.has(name)) wrong.push(`${name} is gone, and ${at} needs it`);
  const { live } = await running();
  if (live !== references[at].live) wrong.push("a container that nothing was to be done to was touched");
  return wrong;
}

/** The next gc finishes. */
async function finishedGc(cli) {
  const { code, stdout, stderr } = await run(stowage(cli, "gc", "--keep", "4"));
  if (code !== 0) return [`the next gc: ${code}\n${stdout}${stderr}`];
  const left = store.storeNames().filter((name) => store.garbageNames.includes(name));
  return [...left.map((name) => `gc left ${name}`), ...differences(references[at])];
}

/** The next switch finishes, and the machine is as declared; nothing is left of the former run. */
async function finishedSwitch(cli, target, asks) {
  configure(target);
  const { code, stdout, stderr } = await run(stowage(cli, "switch", "--quiet"));
  if (code !== 0) return [`the next switch: ${code}\n${stdout}${stderr}`];
  const wrong = differences(references[target]);
  const now = await running();
  const wanted = `${references[target].units}`;
  if (`${now.units}` !== wanted) wrong.push(`running is ${now.units}, not ${wanted}`);
  if (now.live !== references[target].live) wrong.push("a container that nothing was to be done to was restarted");
  if (asks) {
    const planned = await run(stowage(cli, "plan"));
    if (planned.code !== 0) wrong.push(`plan: ${planned.code}\n${planned.stdout}${planned.stderr}`);
  }
  return wrong;
}

/** What a person is told, and with which exit code, when a call failed. */
function words({ code, stderr }) {
  if (code === 0) return [];
  const wrong = [];
  if (code !== 1 && code !== 4) wrong.push(`exit code ${code}`);
  if (/error\[bug\]|^ {2,}at .*:\d+:\d+\)?$/m.test(stderr)) wrong.push("a stack instead of words");
  if (!/error\[[\w-]+\]: \S|^failed: \S/m.test(stderr)) wrong.push("no word on what failed");
  return wrong.length === 0 ? [] : [`${wrong.join(", ")}\n${stderr}`];
}

/** One point: a run with the fault, and the next one. @returns what was wrong */
async function play({ cli = product, planEvery = 1 }, told, point, what, onwards) {
  const struck = await strike(await prepare(cli, point), point, what, onwards);
  const to = point.verb === "gc" ? at : otherOf(at);
  const place = `${point.program ?? "its own"} ${point.name} ${point.nth}: ${struck.hit}`;
  const where = `${point.verb} from ${at}, ${point.cold ? "cold" : "warm"}, ${what}${onwards ? " onwards" : ""} at ${place}`;
  told.points++;
  if (struck.hit === null) told.late++;
  told.verbs[point.verb] = (told.verbs[point.verb] ?? 0) + 1;
  const call = `${point.program === null ? "" : `${point.program.split("/").at(-1)} `}${point.name}`;
  told.calls[call] = (told.calls[call] ?? 0) + 1;
  if (point.verb !== "gc") told.ends[currentText() === references[to].generation ? "new" : "old"]++;
  const isFault = what.startsWith("error") && struck.hit !== null && isToFile(point, struck.hit);
  const wrong = isFault ? words(struck) : [];
  if (struck.hit === null && struck.code !== 0) wrong.push(`ended with ${struck.code}\n${struck.stderr}`);
  wrong.push(...(await wholeness(to)));
  if (struck.code === 0) wrong.push(...differences(references[to]).map((line) => `after exit code 0: ${line}`));
  const target = point.verb === "gc" || random.below(3) > 0 ? to : at;
  const asks = told.points % planEvery === 0;
  wrong.push(...(point.verb === "gc" ? await finishedGc(cli) : await finishedSwitch(cli, target, asks)));
  if (wrong.length > 0) await mend(target);
  at = target;
  return wrong.length > 0 ? [`${where}\n  ${wrong.slice(0, 12).join("\n  ")}`] : [];
}

/** What is wrong once must not be told of every later point. */
async function mend(target) {
  for (const path of leftovers()) if (!path.endsWith("/switch.json")) await run(["rm", "-rf", "--", path]);
  store.removeGarbage();
  for (const name of [target, otherOf(target), target]) {
    configure(name);
    const { code, stderr } = await run(stowage(product, "switch", "--quiet"));
    if (code !== 0) throw new Error(`the machine does not come right any more: ${stderr}`);
    if (name === target && differences(references[target]).length === 0) return;
  }
  throw new Error(`the machine does not come right any more: ${differences(references[target]).join("\n")}`);
}

/** The next point that begins where the machine is. */
async function next(points) {
  const here = () => points.findIndex(({ from }) => from === null || from === at);
  if (here() < 0) await switchTo(otherOf(at));
  return points.splice(here(), 1)[0];
}

/** Of others the later ones are not ours: a thread is woken by a write, a chunk of the program is opened. */
const goOnFailing = /^(rename|mkdir|fsync|symlink|unlink|rmdir|fchmod|chmod)/;
/** A write to a file: one that wakes a thread and fails ends Node itself. */
const isToFile = ({ program, name }, hit) =>
  program !== null || name !== "write" || /^write\(\d+<\/(?!dev\/)/.test(hit);

async function playRound(round, points) {
  const told = { points: 0, late: 0, ends: { old: 0, new: 0 }, verbs: {}, calls: {}, failures: [] };
  report.rounds.push(told);
  const only = new RegExp(round.only ?? "");
  const isKill = round.what.every((what) => what.startsWith("signal"));
  const fit = points.filter(
    ({ verb, name, text, changes }) =>
      round.verbs.includes(verb) && (isKill || changes) && only.test(`${name} ${text}`),
  );
  const began = Date.now();
  // Of those after the last step, which are few, enough to see both ends.
  const [over, before] = [true, false].map((isOver) => fit.filter((point) => point.isOver === isOver));
  const last = before.length === 0 ? round.points : Math.min(over.length, Math.round(round.points / 4));
  const queue = [...chosen(before, round.points - last, random), ...chosen(over, last, random)];
  while (queue.length > 0 && told.failures.length < (round.enough ?? 10)) {
    const what = round.what[told.points % round.what.length];
    const point = await next(queue);
    const onwards = what.startsWith("error") && goOnFailing.test(point.name) && random.below(2) === 0;
    told.failures.push(...(await play(round, told, point, what, onwards)));
  }
  told.seconds = (Date.now() - began) / 1000;
}

async function main() {
  await learnBoth();
  const points = await learnCalls();
  for (const { verb } of points) report.possible[verb] = (report.possible[verb] ?? 0) + 1;
  for (const round of request.rounds) await playRound(round, points);
}

void main()
  .catch((error) => {
    report.error = error.stack;
  })
  .then(() => console.log(JSON.stringify(report)));
