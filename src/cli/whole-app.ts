/** What the built command's entry needs of all else: the one entry point of `dist/app.cjs`. */
export { importWith } from "../load/import-file.ts";
export { main } from "./app.ts";
