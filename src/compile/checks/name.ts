/** Checks of a container's name. */
import type { Problems } from "../problems.ts";
import { at } from "./place.ts";

export function checkName(name: string, problems: Problems): void {
  if (/^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(name)) return;
  problems.add(
    {
      code: "bad-container-name",
      message: `${JSON.stringify(name)} cannot be the name of a container`,
      details: [
        "a name is 1 to 63 letters, digits and `-`, with no `-` at its ends; it is a host name, so `_` is not allowed",
      ],
    },
    at(name),
  );
}
