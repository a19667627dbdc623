/**
 * For scenarios: one promise a file, on real systemd, on the oldest and the newest Debian that is promised.
 *
 *     scenario("a container serves its page", async ({ host }) => {
 *       await host.switchTo(hostTs);
 *       expect((await httpGet(host, "http://10.233.1.2/")).status).toBe(200);
 *     });
 *
 * Wait for states with {@link eventually}, never for the clock; take a {@link snapshot} and expect the machine to be as
 * before when something was undone.
 */
import { afterAll, describe, onTestFailed, test } from "vitest";
import { LabHost } from "../../lab/host.ts";
import { type Flavour, type Suite, suites } from "../../lab/tree.ts";
import { Machine } from "./harness/machine.ts";

export { type Built, buildOutside } from "../../lab/configure.ts";
export { connect, Neighbour } from "../../lab/network.ts";
export { type Answer, httpGet, NoAnswer } from "./harness/http.ts";
export { expectAsBefore, type Snapshot, snapshot } from "./harness/leaks.ts";
export { Machine } from "./harness/machine.ts";
export { eventually } from "./harness/wait.ts";

export interface Scene {
  /** A freshly booted machine, of the suite that the test is for. */
  readonly host: Machine;
  /** A further machine; it ends with the test. Its suite is that of the first, unless given. */
  boot(suite?: Suite): Promise<Machine>;
}

export interface ScenarioOptions {
  /** Default "base": without podman and docker. */
  readonly flavour?: Flavour;
  /** Whether network interfaces have device units, as on a machine with udev. Default false: it takes time at boot. */
  readonly deviceUnits?: boolean;
  /** Neither the command nor Node is there: for what installs them. Default false. */
  readonly bare?: boolean;
  /** Milliseconds. Default: the project's. */
  readonly timeout?: number;
  /**
   * Of what is promised nothing depends on the versions of systemd and of the programs around it: `npm test` plays it on
   * this suite alone, `npm run test:suites` on all.
   */
  readonly on?: Suite;
}

const suitesFor = ({ on }: ScenarioOptions): readonly Suite[] =>
  on === undefined || process.env.STOWAGE_SUITES === "all" ? suites : [on];

/** Registers one test for each suite, or for one. Each gets machines of its own, removed whatever happens. */
export function scenario(name: string, play: (scene: Scene) => Promise<void>, options: ScenarioOptions = {}): void {
  describe.each(suitesFor(options))("%s", (suite) => {
    test(name, () => stage(suite, play, options), options.timeout);
  });
}

/** As {@link scenario}, but for what is given once for all of them. */
export type SharedScenario = (
  name: string,
  play: (scene: Pick<Scene, "host">) => Promise<void>,
  options?: Pick<ScenarioOptions, "on">,
) => void;

/**
 * Registers scenarios that one machine of each suite does for, because each brings it to where it begins: booting one and
 * filling its store takes longer than most play. After one that fails the next gets a new machine.
 */
export function onOneMachine(register: (scenario: SharedScenario) => void, options: ScenarioOptions = {}): void {
  const { flavour = "base", deviceUnits = false, timeout } = options;
  describe.each(suitesFor(options))("%s", (suite) => {
    let host: Machine | undefined;
    const end = async () => {
      const ending = host;
      host = undefined;
      await ending?.stop();
    };
    afterAll(end);
    register((name, play, one = {}) => {
      if (!suitesFor(one).includes(suite)) return;
      test(
        name,
        async () => {
          const machine = host ?? new Machine(await LabHost.boot({ suite, flavour, deviceUnits }));
          host = machine;
          try {
            await play({ host: machine });
          } catch (error) {
            console.error(await machine.lastWords().catch(String));
            // A test that took too long fails while the next one is played, perhaps on a machine of its own.
            if (host === machine) host = undefined;
            await machine.stop();
            throw error;
          }
        },
        timeout,
      );
    });
  });
}

async function stage(
  suite: Suite,
  play: (scene: Scene) => Promise<void>,
  { flavour = "base", deviceUnits = false, bare = false }: ScenarioOptions,
): Promise<void> {
  const machines: Machine[] = [];
  const boot = async (of = suite): Promise<Machine> => {
    const machine = new Machine(await LabHost.boot({ suite: of, flavour, deviceUnits, bare }));
    machines.push(machine);
    return machine;
  };
  const words: string[] = [];
  onTestFailed(() => console.error(words.join("\n")));
  try {
    await play({ host: await boot(), boot });
  } catch (error) {
    for (const machine of machines) words.push(await machine.lastWords().catch((error: unknown) => `${error}`));
    throw error;
  } finally {
    await Promise.all(machines.map((machine) => machine.stop()));
  }
}
