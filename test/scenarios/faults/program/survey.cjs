/**
 * What is on the machine, and whether it may be so: every file outside the store is that of one generation or the other,
 * whole; nothing of others has changed.
 */
const { lstatSync, readdirSync, readFileSync, readlinkSync } = require("node:fs");
const { join } = require("node:path");

const state = "/var/lib/stowage";
/** Of the test itself. */
const notOurs = /^\/etc\/stowage\/(.*\.ts|stowage\.lock)$/;
/** What a run has beside a file or directory until that is whole. */
const temporary = /\.stowage-\d+$|\/\.(new|building|removed)-|\/root\.new-|\/current\.new$|\/load\/.*\.\d+$/;

const namesIn = (directory) => {
  try {
    return readdirSync(directory).map((name) => join(directory, name));
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  }
};

function contentOf(path, info) {
  if (info.isSymbolicLink()) return `-> ${readlinkSync(path)}`;
  if (info.isDirectory()) return "directory";
  return info.isFile() ? `${(info.mode & 0o7777).toString(8)} ${info.uid} ${readFileSync(path, "latin1")}` : "other";
}

function walk(path, found) {
  const info = lstatSync(path, { throwIfNoEntry: false });
  if (info === undefined || notOurs.test(path)) return found;
  found.set(path, contentOf(path, info));
  if (info.isDirectory()) for (const name of namesIn(path)) walk(name, found);
  return found;
}

/** Everything below /etc, by path. */
const survey = () => walk("/etc", new Map());

/** What runs that were cut short may leave, wherever we write. */
function leftovers() {
  const containers = namesIn(`${state}/containers`);
  const places = [
    ...[state, `${state}/store`, "/var/cache/stowage", "/var/cache/stowage/load", "/run/stowage"],
    ...[`${state}/generations`, ...namesIn(`${state}/generations`).filter((path) => /\/\d+$/.test(path))],
    ...[...containers, ...containers.map((path) => `${path}/declared`)],
  ];
  const here = places.flatMap(namesIn).filter((path) => temporary.test(path) || path === `${state}/switch.json`);
  return [...here, ...[...survey().keys()].filter((path) => temporary.test(path))];
}

/** The generation that is current, as text; throws where the link leads to none that is whole. */
function current() {
  const number = readlinkSync(`${state}/generations/current`);
  const text = readFileSync(`${state}/generations/${number}/generation.json`, "utf8");
  JSON.parse(text);
  return { number: Number(number), text };
}

/** Its text, or why there is none. */
function currentText() {
  try {
    return current().text;
  } catch (error) {
    return `the current generation cannot be read: ${error.message}`;
  }
}

const without = (path) => `${path} is missing`;

/** Right after a run was cut short: each file is that of one of the two, and the generation too. @returns what is not */
function halves(one, other) {
  const wrong = [];
  const now = survey();
  for (const path of new Set([...now.keys(), ...one.files.keys(), ...other.files.keys()])) {
    const is = now.get(path);
    if (is === one.files.get(path) || is === other.files.get(path) || temporary.test(path)) continue;
    // A directory that is to go, or has come, with what is in it.
    wrong.push(
      is === undefined ? without(path) : `${path} is neither as before nor as it is to be: ${is.slice(0, 200)}`,
    );
  }
  const text = currentText();
  if (text !== one.generation && text !== other.generation) wrong.push(`another is current: ${text.slice(0, 120)}`);
  return wrong;
}

/** After a run that came to its end. @returns in what the machine differs from what is declared */
function differences(reference) {
  const now = survey();
  const paths = [...new Set([...now.keys(), ...reference.files.keys()])];
  const wrong = paths
    .filter((path) => now.get(path) !== reference.files.get(path))
    .map((path) => `${path}: ${(now.get(path) ?? "missing").slice(0, 200)}`);
  const text = currentText();
  if (text !== reference.generation) wrong.push(`another is current: ${text.slice(0, 120)}`);
  return [...wrong, ...leftovers().map((path) => `left behind: ${path}`)];
}

module.exports = { survey, leftovers, currentText, halves, differences, namesIn, state };
