import type { JsonObject } from '@verifiedfan/ports';
import type { Worker, WorkerHost } from '@verifiedfan/worker';
import { type WorkerName, workers } from '../../index.ts';
import { answerOf, createTestHost, handlerOf, type TestHostOptions } from './host.ts';
import { allRows } from './observed.ts';
import type { Owner } from './owner.ts';
import { openTestPlatform, type TestPlatform } from './platform.ts';

export type Letter = { worker: string; position: string; reason: string; payload: string };

export type Setting = {
  platform: TestPlatform;
  host: WorkerHost;
  /** Hands one AWS event to a worker and gives its answer. */
  run<Answer = JsonObject>(name: WorkerName, event: unknown, worker?: Worker): Promise<Answer>;
  letters(): Promise<Letter[]>;
};

/** One platform in memory with the workers on it, for tests of one worker at a time. */
export const makeSetting = (owner: Owner, options: Partial<TestHostOptions> = {}): Setting => {
  const platform = options.platform ?? openTestPlatform(owner);
  const host = createTestHost({ ...options, platform });
  return {
    platform,
    host,
    run: (name, event, worker = workers[name]) => answerOf(handlerOf(name, host, worker), event),
    letters: async () => (await allRows(platform.table('deadLetterTable'))) as unknown as Letter[],
  };
};

/** The same port, where one method does something else; the rest stays as it is. */
export const replacing = <Port extends object>(port: Port, methods: Partial<Port>): Port => ({ ...port, ...methods });

/** A platform on which one table is another. */
export const withTable = (
  platform: TestPlatform,
  change: (table: ReturnType<TestPlatform['table']>) => ReturnType<TestPlatform['table']>,
): TestPlatform => {
  const table = change(platform.table('demandTable'));
  return { ...platform, table: (name) => (name === 'demandTable' ? table : platform.table(name)) };
};
