/** docs/reference/options.md is what the declarations say; `npx vitest run test/options -u` writes it anew. */
import { expect, test } from "vitest";
import { optionDocs, optionsMarkdown } from "../../src/modules/index.ts";
import { hostOptions } from "../../src/options/index.ts";

const docs = optionDocs([{ options: hostOptions }]);

test("the reference of options is up to date", async () => {
  const text = `# Options\n\nGenerated from the declarations in \`src/options\`. \`stowage options\` shows those of your own modules too.\n\n`;
  await expect(text + optionsMarkdown(docs)).toMatchFileSnapshot("../../docs/reference/options.md");
});

test("every option has a description that ends like a sentence", () => {
  for (const { name, description } of docs) expect(description, name).toMatch(/[.)]$/);
});
