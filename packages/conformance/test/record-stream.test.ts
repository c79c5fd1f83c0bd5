import { describe, it } from 'node:test';
import type { RecordStream, StreamRecord } from '@verifiedfan/ports';
import { type RecordStreamSubject, recordStreamCases } from '../src/record-stream-cases.ts';
import { registerMutants } from '../src/suite.ts';
import { logMutants } from './log-mutants.ts';
import { openStream } from './open.ts';

type Mutant = (subject: RecordStreamSubject) => RecordStreamSubject;

const on =
  (change: (stream: RecordStream) => Partial<RecordStream>): Mutant =>
  ({ stream }) => ({ stream: { ...stream, ...change(stream) } });

const each = (change: (record: StreamRecord) => StreamRecord): Mutant =>
  on((stream) => ({
    async read(options) {
      const page = await stream.read(options);
      return { ...page, records: page.records.map(change) };
    },
  }));
const data = (change: (data: StreamRecord['data']) => StreamRecord['data']): Mutant =>
  each((record) => ({ ...record, data: change(record.data) }));

const lenient = on((stream) => ({
  putMany: (entries) => stream.putMany(entries).catch(() => entries.map(() => ({ sequence: '1', shard: '' }))),
}));
const oneByOne = on((stream) => ({
  async putMany(entries) {
    const results = [];
    for (const entry of entries) results.push(...(await stream.putMany([entry])));
    return results;
  },
}));
/** Shares the caller's buffer with readers. */
const sharing: Mutant = on((stream) => {
  let shared: StreamRecord['data'] = '';
  return {
    putMany(entries) {
      shared = entries[0]?.data ?? '';
      return stream.putMany(entries);
    },
    async read(options) {
      const page = await stream.read(options);
      return { ...page, records: page.records.map((record) => ({ ...record, data: shared })) };
    },
  };
});
const backwards = on((stream) => ({
  putMany: async (entries) => (await stream.putMany(entries.toReversed())).reverse(),
}));

describe('record stream', { concurrency: true }, () => {
  registerMutants({
    title: 'record stream',
    cases: recordStreamCases,
    it,
    ...openStream,
    mutants: {
      ...logMutants<RecordStreamSubject>(({ stream }, change) => ({
        stream: { ...stream, ...(change(stream as never) as object) },
      })),
      'hands back key, text and position of what was put': {
        'hands out base64': data((text) => Buffer.from(text).toString('base64')),
        'keeps ASCII only': data((text) => String(text).replace(/[^ -~]/g, '?')),
        'hands out the hash of the key': each((record) => ({ ...record, partitionKey: 'acbd18db' })),
        'answers another position': on((stream) => ({
          putMany: async (entries) => (await stream.putMany(entries)).map(() => ({ sequence: '7', shard: '' })),
        })),
        'gives the time in seconds': each((record) => ({ ...record, arrivedAtMs: record.arrivedAtMs / 1_000 + 0.5 })),
      },
      'hands back bytes as text when they are valid UTF-8, with a byte order mark too': {
        'hands bytes back': data((text) => Buffer.from(text)),
        'drops the byte order mark': data((text) => String(text).replace('\ufeff', '')),
      },
      'hands back bytes as they were when they are not UTF-8': {
        'makes text of them': data((bytes) => Buffer.from(bytes).toString()),
        'replaces what is not UTF-8': data((bytes) => Buffer.from(Buffer.from(bytes).toString())),
      },
      'keeps a record as it was when the caller uses its buffer again': { 'shares the buffer': sharing },
      'takes empty data': { 'hands out null as text': data((text) => text || 'null') },
      'answers per entry in the order of entries': {
        'answers in another order': on((stream) => ({
          putMany: async (entries) => (await stream.putMany(entries)).reverse(),
        })),
        'answers nothing to an empty call but an error': on((stream) => ({
          putMany: (entries) => (entries.length === 0 ? Promise.reject(new Error('empty')) : stream.putMany(entries)),
        })),
      },
      'keeps the records of one key in order, over calls that overlap too': {
        'writes calls from their end': backwards,
        'lets later calls overtake': on((stream) => ({
          async putMany(entries) {
            if (entries.some((entry) => entry.data === '0')) await new Promise((resolve) => setTimeout(resolve, 5));
            return stream.putMany(entries);
          },
        })),
      },
      'routes by the MD5 of the key to the shard whose hash range holds it': {
        'puts everything into one shard': on((stream) => ({
          putMany: (entries) => stream.putMany(entries.map((entry) => ({ ...entry, partitionKey: 'one' }))),
        })),
        'routes by something else': on((stream) => ({
          putMany: (entries) =>
            stream.putMany(entries.map((entry) => ({ ...entry, partitionKey: `${entry.partitionKey}!` }))),
        })),
        'has no hash ranges': on((stream) => ({
          shards: async () => (await stream.shards()).map(({ id }) => ({ id })),
        })),
      },
      'takes partition keys of 1 to 256 characters, counted as characters': {
        'takes any key': lenient,
        'counts UTF-16 units': on((stream) => ({
          putMany: (entries) =>
            entries.some(({ partitionKey }) => partitionKey.length > 256)
              ? Promise.reject({ code: 'validation' })
              : stream.putMany(entries),
        })),
      },
      'takes records up to 1 MiB with their key, counted in bytes': {
        'takes records of any size': lenient,
        'takes less than 1 MiB': on((stream) => ({
          putMany: (entries) =>
            entries.some((entry) => entry.data.length > 500_000)
              ? Promise.reject(new Error('large'))
              : stream.putMany(entries),
        })),
      },
      'writes nothing of a call in which one entry is over a limit': {
        'writes what came before it': oneByOne,
        'takes anything': lenient,
      },
    },
  });
});
