/** docs/reference/events.md as what it is: a description that printed events can be held against. */
import { readFileSync } from "node:fs";

interface Field {
  readonly type: string;
  readonly optional: boolean;
}

export type EventsPage = ReadonlyMap<string, ReadonlyMap<string, Field>>;

export function readEventsPage(): EventsPage {
  const text = readFileSync(new URL("../../docs/reference/events.md", import.meta.url), "utf8");
  const sections = text.split(/^## /m).slice(1);
  return new Map(sections.map((section) => [section.slice(0, section.indexOf("\n")), fieldsOf(section)]));
}

const fieldsOf = (section: string): Map<string, Field> =>
  new Map(
    [...section.matchAll(/^\| `([a-zA-Z]+)(\?)?` \| ([a-z ]+) \|/gm)].map(([, name, mark, type]) => [
      name ?? "",
      { type: type ?? "", optional: mark === "?" },
    ]),
  );

const isText = (value: unknown) => typeof value === "string";
const isNumber = (value: unknown) => typeof value === "number";
const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (is: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(is);

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: isText,
  number: isNumber,
  object: isObject,
  null: (value) => value === null,
  "list of text": listOf(isText),
  "list of numbers": listOf(isNumber),
  "list of objects": listOf(isObject),
};

/** What of an event is not as the page says; nothing, mostly. */
export function differences(page: EventsPage, event: Readonly<Record<string, unknown>>): string[] {
  const name = String(event.event);
  const fields = page.get(name);
  if (fields === undefined) return [`there is no event ${name}`];
  const { event: _, time, ...rest } = event;
  const unknown = Object.keys(rest).filter((field) => !fields.has(field));
  const wrong = [...fields].filter(([field, { type, optional }]) => {
    const value = rest[field];
    return value === undefined ? !optional : !type.split(" or ").some((one) => types[one]?.(value));
  });
  return [
    ...(isNumber(time) ? [] : [`${name}: time`]),
    ...unknown.map((field) => `${name}: ${field} is not described`),
    ...wrong.map(([field, { type }]) => `${name}: ${field} is not ${type}`),
  ];
}

/** Lines of standard output. @throws where one is no event */
export const parseEvents = (text: string): Record<string, unknown>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
