/** Imports one recipe: arguments are the layout and the recipe, as JSON. Run as a process of its own, to be killed. */
import { buildImport } from "../../../src/systems/import/build.ts";

const [layout, recipe] = process.argv.slice(2).map((text) => JSON.parse(text));
await buildImport(layout, recipe);
