import type { JsonValue } from '@verifiedfan/ports';
import {
  type BatchWorkerDefinition,
  createDeadLetters,
  type DeadLetterWithPayload,
  defineWorker,
  type Outcomes,
  type Source,
  type Worker,
  type WorkerRecord,
} from '../../src/index.ts';
import type { TestHost } from './host.ts';

type Handle = BatchWorkerDefinition<unknown, unknown>['handle'];

/** A worker that does what the test says, and nothing else. */
export const aWorker = (
  source: Source | readonly Source[],
  handle: Handle = async (records) => ({ count: records.length }),
  more: Partial<BatchWorkerDefinition<unknown, unknown>> = {},
): Worker =>
  defineWorker<unknown, unknown>({
    purpose: 'Does what a test says.',
    source: source as Source<unknown>,
    reads: [],
    writes: [],
    services: () => ({}),
    handle,
    ...more,
  });

/** Tells what became of each record by its data: `retry`, `reject`, or anything else for done. */
export const byData: Handle = async (records, { retry, reject }) => {
  for (const record of records) {
    const wish = (record.data as { wish?: unknown }).wish;
    if (wish === 'retry') retry(record, new Error('not now'));
    if (wish === 'reject') reject(record, 'the wish is to be rejected');
  }
  return { count: records.length };
};

export const CONTEXT = { correlation: 'invocation-1', nowMs: 1_767_225_600_000 };

/** Outcomes in which these records are to be retried. */
export const retrying = (...records: WorkerRecord<unknown>[]): Outcomes => ({
  retry: () => undefined,
  reject: () => undefined,
  fail: () => undefined,
  retried: new Map(records.map((record) => [record, new Error('not now')])),
  rejected: new Map(),
});

/** What AWS would receive as the partial failure of an event in which these records failed. */
export const answerFor = (source: Source, event: unknown, failed: readonly number[]): Record<string, JsonValue> => {
  const batch = source.decode(event, CONTEXT);
  const outcomes = retrying(...failed.flatMap((index) => batch.records[index] ?? []));
  return source.respond(batch, source.repeats(batch.records, outcomes));
};

export const storedLetters = async (host: TestHost): Promise<DeadLetterWithPayload[]> => {
  const letters = createDeadLetters({ table: host.deadLetterTable, clock: host.clock });
  const all: DeadLetterWithPayload[] = [];
  for await (const { id } of letters.list()) {
    const letter = await letters.get(id);
    if (letter !== undefined) all.push(letter);
  }
  return all;
};
