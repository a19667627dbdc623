/** What `stowage init` writes: a first configuration that works, and what an editor needs to know its words. */

/** README.md has the same text. */
const hostTs = `// What this machine runs. \`stowage plan\` says what \`stowage switch\` would do.
import { defineHost } from "stowage";

export default defineHost({
  containers: {
    web: {
      autoStart: true,

      privateNetwork: true,
      hostAddress: "10.233.1.1",
      localAddress: "10.233.1.2",
      forwardPorts: [{ hostPort: 8080, containerPort: 80 }],

      config: {
        services: { nginx: { enable: true, virtualHosts: { site: { default: true, root: "/etc/site" } } } },
        environment: { etc: { "site/index.html": { text: "<h1>Hello from web</h1>\\n" } } },
      },
    },
  },
});
`;

/** By this the files are ES modules, for the editor and for packages that they import. */
const packageJson = { private: true, type: "module" };

/**
 * For the editor alone: Stowage itself reads no tsconfig.json. The types are those of the program that is installed, so
 * nothing has to be fetched, and they are new when it is.
 */
const tsconfig = (types: string) => ({
  compilerOptions: {
    target: "es2023",
    lib: ["es2023"],
    module: "preserve",
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    paths: { stowage: [`${types}/index.d.ts`], "stowage/modules": [`${types}/modules/index.d.ts`] },
  },
});

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * The files by their names.
 * @param types the directory of the installed types, absolute
 * @param options.editor only what the editor needs, for a host.ts that is there
 */
export function starterFiles(
  types: string,
  { editor }: { readonly editor: boolean },
): Readonly<Record<string, string>> {
  return {
    ...(!editor && { "host.ts": hostTs }),
    "tsconfig.json": json(tsconfig(types)),
    "package.json": json(packageJson),
  };
}
