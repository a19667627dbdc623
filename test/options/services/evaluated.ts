/** One container whose `config` is given, as the evaluator has it. */
import { expect } from "vitest";
import { evalModules, type Module } from "../../../src/modules/index.ts";
import { type HostConfig, hostModule, type SystemConfig } from "../../../src/options/index.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests define what they like
type Loose = any;

export function system(config: Loose, ...more: readonly Module[]): SystemConfig {
  const evaluation = evalModules({ modules: [hostModule, { containers: { a: { config } } }, ...more] });
  expect(evaluation.issues).toEqual([]);
  return (evaluation.config as unknown as HostConfig).containers.a!.config!;
}

/** `code option` of each problem. */
export function problems(config: Loose): string[] {
  const { issues } = evalModules({ modules: [hostModule, { containers: { a: { config } } }] });
  return issues.map(({ code, option }) => `${code} ${option?.slice(3).join(".")}`);
}

export const textOf = (config: SystemConfig, path: string): string => {
  const text = config.environment.etc[path]?.text;
  if (text === undefined) throw new Error(`/etc/${path} is not declared`);
  return text;
};
