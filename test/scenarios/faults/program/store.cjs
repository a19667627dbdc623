/** The store, generations and roots: what must stay whole, what is garbage, and what a run has to make again. */
const {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require("node:fs");
const { lstatSync, readlinkSync } = require("node:fs");
const { join } = require("node:path");
const { namesIn, state } = require("./survey.cjs");

const store = `${state}/store`;
const isName = (name) => /^[0-9a-z]{32}-/.test(name);
const storeNames = () =>
  namesIn(store)
    .map((path) => path.slice(store.length + 1))
    .filter(isName)
    .sort();

/** One line for each file below: enough to see that one is missing, or shorter than it was. */
function shapeOf(path) {
  const lines = [];
  const visit = (at) => {
    const info = lstatSync(at);
    const is = info.isSymbolicLink() ? readlinkSync(at) : info.isDirectory() ? "" : info.size;
    lines.push(`${at} ${info.mode} ${is}`);
    if (info.isDirectory()) for (const name of readdirSync(at).sort()) visit(join(at, name));
  };
  visit(path);
  return lines.join("\n");
}

/** Toplevels by name; package trees, of which nothing is made here, are too large to look at each time. */
const shapes = () =>
  new Map(
    storeNames()
      .filter((name) => existsSync(`${store}/${name}/activate`) || name.includes("-garbage"))
      .map((name) => [name, shapeOf(`${store}/${name}`)]),
  );

/** What a store path of the right name must look like. @returns what is half */
function halfPaths(known) {
  const wrong = [];
  for (const name of storeNames()) {
    const shape = known.get(name);
    if (shape === undefined) continue;
    const is = shapeOf(`${store}/${name}`);
    if (is !== shape) wrong.push(`store path ${name} is not whole`);
  }
  return wrong;
}

const garbageNames = ["0", "1", "2"].map((digit) => `${digit.repeat(32)}-garbage`);

function fill(path) {
  mkdirSync(join(path, "usr/lib/deep"), { recursive: true });
  for (const name of ["usr/file", "usr/lib/file", "usr/lib/deep/file"]) writeFileSync(join(path, name), "garbage\n");
}

/** A whole garbage path, as its shape is compared with later. */
function garbageShapes() {
  makeGarbage();
  const found = new Map(garbageNames.map((name) => [name, shapeOf(`${store}/${name}`)]));
  for (const name of garbageNames) rmSync(`${store}/${name}`, { recursive: true });
  return found;
}

/** Store paths that nothing needs, what killed runs have left, and a generation that was never current. */
function makeGarbage() {
  for (const name of garbageNames) fill(`${store}/${name}`);
  fill(`${store}/.building-999999-abcdef`);
  fill(`${store}/.removed-${"3".repeat(32)}-garbage`);
  const numbers = generations();
  const next = `${state}/generations/${Math.max(...readdirSync(`${state}/generations`).map(Number).filter(Number.isFinite)) + 1}`;
  mkdirSync(`${next}.x`, { recursive: true });
  cpSync(`${state}/generations/${numbers.at(-1)}/generation.json`, `${next}.x/generation.json`);
  renameSync(`${next}.x`, next);
}

const removeGarbage = () => {
  for (const name of garbageNames) rmSync(`${store}/${name}`, { recursive: true, force: true });
};

/** Numbers of generations that are there, ascending. */
const generations = () =>
  readdirSync(`${state}/generations`)
    .filter((name) => /^\d+$/.test(name) && existsSync(`${state}/generations/${name}/generation.json`))
    .map(Number)
    .sort((a, b) => a - b);

/** The newest generation of this text that has been current. */
const numberOf = (text) =>
  generations()
    .filter((number) => existsSync(`${state}/generations/${number}/switched`))
    .filter((number) => readFileSync(`${state}/generations/${number}/generation.json`, "utf8") === text)
    .at(-1);

/** So that the next run has to build and to seed: as `gc` and a person who removes a state would do. */
function forget(toplevels, containers) {
  for (const name of toplevels) rmSync(`${store}/${name}`, { recursive: true, force: true });
  for (const name of containers) rmSync(`${state}/containers/${name}`, { recursive: true, force: true });
}

module.exports = {
  shapes,
  halfPaths,
  garbageNames,
  garbageShapes,
  makeGarbage,
  removeGarbage,
  generations,
  numberOf,
  forget,
  storeNames,
};
