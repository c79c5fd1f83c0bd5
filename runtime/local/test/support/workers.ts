import type { Catalogue } from '@verifiedfan/ports';
import { type BatchWorkerDefinition, defineWorker, type Source, type Worker } from '@verifiedfan/worker';

export type Handle<Data = unknown> = BatchWorkerDefinition<Data, unknown>['handle'];
export type More = Partial<BatchWorkerDefinition<never, unknown>>;

/** A worker that does what the test says, and nothing else. */
export const aWorker = <Data>(
  source: Source<Data> | readonly Source<Data>[],
  handle: Handle<Data>,
  more: More = {},
): Worker =>
  defineWorker<Data, unknown>({
    purpose: 'Does what a test says.',
    source,
    reads: [],
    writes: [],
    services: () => ({}),
    handle,
    ...(more as Partial<BatchWorkerDefinition<Data, unknown>>),
  });

/** A middleware that changes nothing: its worker is handed the exact AWS event instead of decoded records. */
export const JSON_WAY: More = { middlewares: [{ before: () => undefined }] };

export const PURPOSE = 'Stands in a test.';
export const CATALOGUE = {
  deadLetterTable: { kind: 'table', purpose: PURPOSE },
  rows: { kind: 'table', purpose: PURPOSE },
  stream: { kind: 'stream', purpose: PURPOSE },
  twoShards: { kind: 'stream', purpose: PURPOSE, shards: 2 },
  queue: { kind: 'queue', purpose: PURPOSE, maxReceiveCount: 3 },
  fifoQueue: { kind: 'queue', purpose: PURPOSE, fifo: true, maxReceiveCount: 3 },
  bucket: { kind: 'bucket', purpose: PURPOSE },
  everyMinute: { kind: 'schedule', purpose: PURPOSE, expression: 'rate(1 minute)' },
  everyNoon: { kind: 'schedule', purpose: PURPOSE, expression: 'cron(0 12 * * ? *)' },
} as const satisfies Catalogue;

/** The data of records, as numbers or texts: what most tests put in. */
export const dataOf = (records: readonly { data: unknown }[]): unknown[] => records.map(({ data }) => data);
