#!/usr/bin/env node
/**
 * `npm run picture`: a recording of `npm run try` for the README, docs/try.svg: the text that it really printed on a
 * terminal, line by line when it came. Long pauses are cut.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const [columns, rows, lineHeight, charWidth] = [112, 32, 18, 8];
/** Seconds: the longest pause that is kept, the shortest between two lines, and how long the end stays. */
const [longest, shortest, rest] = [1.2, 0.12, 8];
const colours = {
  1: "font-weight:bold",
  2: "opacity:.65",
  31: "fill:#ff7b72",
  32: "fill:#7ee787",
  33: "fill:#e3b341",
  36: "fill:#79c0ff",
};

const control = "\x1b\\[";
/** What src/cli/report/live.ts begins with: up so many lines, and all below is gone. */
const wiped = new RegExp(`^.*\r(?:${control}(\\d+)A)?${control}J`, "s");
const styled = new RegExp(`(${control}[\\d;]*m)`);

/** @returns the lines of a whole run, and the second in which each was there */
async function record() {
  const env = { ...process.env, TERM: "xterm-256color" };
  delete env.NO_COLOR;
  delete env.CI;
  const argv = ["-qec", `stty cols ${columns}; exec node tools/try.mjs`, "/dev/null"];
  const child = spawn("script", argv, { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
  const began = Date.now();
  const lines = [];
  let open = "";
  child.stdout.setEncoding("utf8").on("data", (piece) => {
    const parts = (open + piece).split("\n");
    open = parts.pop();
    for (const part of parts) {
      const [whole = "", up = "0"] = wiped.exec(part) ?? [];
      if (up !== "0") lines.splice(-Number(up));
      const text = part.slice(whole.length).replace(/\r$/, "");
      if (text !== "" || whole === "") lines.push({ text, at: (Date.now() - began) / 1000 });
    }
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`npm run try ended with ${code}:\n${lines.map(({ text }) => text).join("\n")}`);
  return lines;
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** SGR sequences as tspans. */
function spans(line) {
  const out = [];
  let styles = new Map();
  for (const part of line.split(styled)) {
    const codes = styled.test(part) ? part.slice(2, -1) : undefined;
    if (codes === undefined) {
      if (part !== "") out.push(`<tspan style="${[...styles.values()].join(";")}">${escaped(part)}</tspan>`);
      continue;
    }
    for (const code of codes.split(";").map(Number)) {
      if (code === 0) styles = new Map();
      else if (code === 22) styles.delete("weight");
      else if (code === 39) styles.delete("colour");
      else if (colours[code]) styles.set(code < 10 ? "weight" : "colour", colours[code]);
    }
  }
  return out.join("");
}

/** Lines of more than the terminal's width go on in the next one. */
function wrapped({ text, at }) {
  const plain = stripVTControlCharacters(text);
  if (plain.length <= columns) return [{ text, at }];
  return Array.from({ length: Math.ceil(plain.length / columns) }, (_, index) => ({
    text: plain.slice(index * columns, (index + 1) * columns),
    at,
  }));
}

function draw(lines) {
  let [now, before] = [0, 0];
  const times = lines.map(({ at }) => {
    now += Math.min(Math.max(at - before, shortest), longest);
    before = at;
    return now;
  });
  const total = now + rest;
  const y = (count) => (rows - count) * lineHeight;
  const steps = times.map(
    (time, index) => `${((100 * time) / total).toFixed(2)}%{transform:translateY(${y(index + 1)}px)}`,
  );
  const [width, height] = [columns * charWidth + 24, rows * lineHeight + 24];
  const text = lines.map(
    (line, index) => `<text xml:space="preserve" y="${(index + 1) * lineHeight - 5}">${spans(line.text)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="A recording of npm run try">
<style>text{white-space:pre;font:13px ui-monospace,monospace;fill:#e6edf3}.screen{transform:translateY(${y(lines.length)}px);animation:run ${total.toFixed(1)}s step-end infinite}@keyframes run{0%{transform:translateY(${y(0)}px)}${steps.join("")}100%{transform:translateY(${y(lines.length)}px)}}@media(prefers-reduced-motion){.screen{animation:none}}</style>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
<svg x="12" y="12" width="${columns * charWidth}" height="${rows * lineHeight}"><g class="screen">
${text.join("\n")}
</g></svg>
</svg>
`;
}

const lines = (await record()).flatMap(wrapped);
writeFileSync(`${root}docs/try.svg`, draw(lines));
console.log(`docs/try.svg: ${lines.length} lines, ${lines.at(-1).at.toFixed(0)} s`);
