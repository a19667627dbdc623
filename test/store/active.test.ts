import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StowageError } from "../../src/error.ts";
import {
  activeGeneration,
  clearActiveGeneration,
  currentGeneration,
  formerGeneration,
  markTested,
  removeGeneration,
  setActiveGeneration,
  setCurrentGeneration,
  switchedAt,
  testedAt,
  writeGeneration,
} from "../../src/store/generations.ts";
import { defaultLayout, type Layout } from "../../src/store/layout.ts";

let layout: Layout;
beforeEach(() => {
  layout = { ...defaultLayout, state: mkdtempSync(`${tmpdir()}/stowage-test-`) };
});
afterEach(() => rmSync(layout.state, { recursive: true, force: true }));

const write = (): number => writeGeneration(layout, { format: 1, id: "ab".repeat(16) });
/** Makes so many, each current in its turn. */
function switched(count: number): void {
  for (let made = 0; made < count; made++) setCurrentGeneration(layout, write());
}

describe("what the machine has", () => {
  test("is what the next boot has, but while there is a pointer of its own", () => {
    expect(activeGeneration(layout)).toBeNull();
    switched(2);
    expect(activeGeneration(layout)).toBe(2);
    setActiveGeneration(layout, 1);
    expect([activeGeneration(layout), currentGeneration(layout)]).toEqual([1, 2]);
    clearActiveGeneration(layout);
    clearActiveGeneration(layout);
    expect(activeGeneration(layout)).toBe(2);
  });

  test("is a generation that is whole", () => {
    switched(1);
    expect(() => setActiveGeneration(layout, 2)).toThrow(StowageError);
    expect(activeGeneration(layout)).toBe(1);
    symlinkSync("elsewhere", `${layout.state}/generations/active`);
    expect(() => activeGeneration(layout)).toThrow(/active cannot be read as a generation/);
  });

  test("is not forgotten", () => {
    switched(2);
    setActiveGeneration(layout, 1);
    expect(() => removeGeneration(layout, 1)).toThrow("generation 1 is what the machine has");
    expect(() => removeGeneration(layout, 2)).toThrow("generation 2 is the current one");
  });

  test("a test says when it was, and makes nothing current", () => {
    const number = write();
    expect(testedAt(layout, number)).toBeNull();
    markTested(layout, number);
    expect(testedAt(layout, number)).toBeInstanceOf(Date);
    expect(switchedAt(layout, number)).toBeNull();
  });
});

describe("the former generation", () => {
  test("after boot is what the machine has, also where that is not the newest before", () => {
    switched(3);
    setCurrentGeneration(layout, 1);
    setActiveGeneration(layout, 1);
    setCurrentGeneration(layout, write());
    expect(formerGeneration(layout)).toBe(1);
  });

  test("after test is the current one, whatever is between", () => {
    switched(3);
    setCurrentGeneration(layout, 2);
    setActiveGeneration(layout, write());
    expect(formerGeneration(layout)).toBe(2);
  });

  test("after test and then boot is the one before the test", () => {
    switched(2);
    setActiveGeneration(layout, write());
    setCurrentGeneration(layout, write());
    expect([activeGeneration(layout), currentGeneration(layout), formerGeneration(layout)]).toEqual([3, 4, 2]);
  });

  test("after boot and then test is what the next boot has", () => {
    switched(1);
    setActiveGeneration(layout, 1);
    setCurrentGeneration(layout, write());
    setActiveGeneration(layout, write());
    expect([activeGeneration(layout), currentGeneration(layout), formerGeneration(layout)]).toEqual([3, 2, 2]);
  });

  test("is never one of a test alone", () => {
    switched(1);
    markTested(layout, write());
    setCurrentGeneration(layout, write());
    expect(formerGeneration(layout)).toBe(1);
  });
});
