import type { TestContext } from 'node:test';
import { createEmbeddedPlatform } from '@verifiedfan/platform';
import type { Catalogue, JsonValue, Platform } from '@verifiedfan/ports';
import { createManualClock, createSeededRandom, type ManualClock, temporaryDirectory } from '@verifiedfan/test-utils';
import { createDeadLetters, type DeadLetterWithPayload, type Worker } from '@verifiedfan/worker';
import { createEngine, type Engine } from '../../src/index.ts';
import { createSwitchableFlags, type SwitchableFlags } from './flags.ts';
import { CATALOGUE } from './workers.ts';

export type RigOptions = {
  workers: Readonly<Record<string, Worker>>;
  catalogue?: Catalogue;
  /** @default a fresh one, removed at the end of the test */
  directory?: string;
  clock?: ManualClock;
  /** Puts drivers of the test's own in front of the real ones. */
  wrap?(platform: Platform): Platform;
};

export type Rig = {
  engine: Engine;
  /** The real drivers, without what the test put in front of them. */
  platform: Platform;
  clock: ManualClock;
  flags: SwitchableFlags;
  /** What the workers answered, in order. */
  answers: { worker: string; answer: JsonValue }[];
  failures: { worker: string; error: Error }[];
  letters(): Promise<DeadLetterWithPayload[]>;
  /** Lets time pass until nothing is left to do. */
  settle(): Promise<void>;
  /** Stops the engine, waiting for what is begun, and closes the drivers; a second call does nothing. */
  close(): Promise<void>;
};

/** An engine on the real embedded drivers in a directory of its own, with time in the hands of the test. Not started yet. */
export const createRig = (test: TestContext, options: RigOptions): Rig => {
  const { workers, catalogue = CATALOGUE, clock = createManualClock(), wrap = (same) => same } = options;
  const own = options.directory === undefined ? temporaryDirectory() : undefined;
  const directory = options.directory ?? own?.path ?? '';
  const random = createSeededRandom({ seed: 7 });
  const flags = createSwitchableFlags();
  const platform: Platform = { ...createEmbeddedPlatform({ directory, catalogue, clock, random }), flags };
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const host = {
    platform: wrap(platform),
    log: silent,
    endpoint: (name: string) => `https://${name}.test`,
    workerToken: () => async () => 'token',
    verifyToken: async () => ({ sub: 'somebody' }),
  };
  let running: Engine | undefined;
  let closing: Promise<void> | undefined;
  const close = (graceMs: number): Promise<void> => {
    closing ??= (running?.stop({ graceMs }) ?? Promise.resolve()).then(() => platform.close());
    return closing;
  };
  test.after(async () => {
    // Without grace: a test that failed may have left a worker at a door that nobody opens any more.
    await close(0);
    own?.remove();
  });
  const engine = createEngine({ workers, catalogue, host });
  running = engine;
  const answers: Rig['answers'] = [];
  const failures: Rig['failures'] = [];
  engine.observe({
    invoked: (worker, answer) => void answers.push({ worker, answer }),
    failed: (worker, error) => void failures.push({ worker, error }),
  });
  const deadLetters = createDeadLetters({ table: platform.table('deadLetterTable'), clock });
  return {
    engine,
    platform,
    clock,
    flags,
    answers,
    failures,
    async letters() {
      const found: DeadLetterWithPayload[] = [];
      for await (const { id } of deadLetters.list()) {
        const letter = await deadLetters.get(id);
        if (letter !== undefined) found.push(letter);
      }
      return found.toSorted((a, b) => (a.position < b.position ? -1 : 1));
    },
    settle: () => letTimePassUntil(clock, engine.settled()),
    close: () => close(Number.POSITIVE_INFINITY),
  };
};

/** Longer than any back-off of a mapping, shorter than the visibility of a queue. */
const STEP_MS = 20_000;

/** Moves the clock on whenever somebody sleeps, until the promise resolves. */
export const letTimePassUntil = async (clock: ManualClock, done: Promise<void>): Promise<void> => {
  let isDone = false;
  const ended = done.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await Promise.race([ended, clock.waitForSleepers()]);
    if (!isDone) await clock.advance(STEP_MS);
  }
  await ended;
};

/** Puts records with this data under one key, or under the key that `keyOf` gives. */
export const put = async (
  { platform }: Pick<Rig, 'platform'>,
  stream: string,
  data: readonly JsonValue[],
  keyOf: (data: JsonValue) => string = () => 'key',
): Promise<void> => {
  await platform
    .stream(stream)
    .putMany(data.map((each) => ({ partitionKey: keyOf(each), data: JSON.stringify(each) })));
};
