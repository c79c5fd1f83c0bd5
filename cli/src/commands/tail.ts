import { type Catalogue, compareSequences, type Platform, type Queue, type ShardedLog } from '@verifiedfan/ports';
import { resources } from '@verifiedfan/workers/resources';
import { DONE, printLines, UsageError } from '../output/io.ts';
import type { CommandRun } from '../run/context.ts';
import { outboxEntries } from './tail-outbox.ts';

const PAGE = 1_000;
const STAND_INS = ['slack', 'telesign', 'fastly', 'gitlab'];
const OUTBOX = 'outbox';
const KINDS = ['stream', 'topic', 'table', 'queue'];

/** Prints the records of a stream, queue, topic or table's changes, the outbox, or what a stand-in received, oldest first, consuming nothing. */
export const tail: CommandRun<{ resource: string }> = async ({ io, directory, platform }, { resource }) => {
  const standIn = STAND_INS.find((name) => resource === `sandbox/${name}`);
  await printLines(io, standIn === undefined ? recordsOf(platform(), resource) : receivedBy(directory, standIn));
  return DONE;
};

async function* receivedBy(directory: string, standIn: string): AsyncIterable<unknown> {
  const { receivedStore } = await import('@verifiedfan/local');
  const store = receivedStore(directory);
  let after = 0;
  for (;;) {
    const page = await store.list(standIn, { after, limit: PAGE });
    for (const { position, entry } of page) {
      after = position;
      yield entry;
    }
    if (page.length < PAGE) return;
  }
}

const recordsOf = (platform: Platform, name: string): AsyncIterable<unknown> => {
  if (name === OUTBOX) return outboxEntries(platform);
  const catalogue: Catalogue = resources;
  const kind = Object.hasOwn(catalogue, name) ? catalogue[name]?.kind : undefined;
  switch (kind) {
    case 'stream':
      return logEntries(platform.stream(name), ({ shard, sequence, partitionKey, arrivedAtMs, data }) => {
        return { shard, sequence, partitionKey, arrivedAt: iso(arrivedAtMs), data: decoded(data) };
      });
    case 'topic':
      return logEntries(platform.topic(name), ({ shard, sequence, key, atMs, value, headers }) => {
        return { partition: shard, offset: sequence, key, at: iso(atMs), headers, data: decoded(value) };
      });
    case 'table':
      return logEntries(
        platform.table(name).changes,
        ({ shard, sequence, eventName, keys, atMs, oldItem, newItem }) => {
          return { shard, sequence, eventName, keys, at: iso(atMs), oldItem, newItem };
        },
      );
    case 'queue':
      return queueEntries(platform.queue(name));
    default: {
      const known = Object.keys(catalogue).filter((each) => KINDS.includes(catalogue[each]?.kind ?? ''));
      const standIns = STAND_INS.map((each) => `sandbox/${each}`);
      throw new UsageError(`${name} cannot be tailed; there are ${[...known, OUTBOX, ...standIns].join(', ')}`);
    }
  }
};

/**
 * Every shard from its oldest record to the one that was newest when the command began: a stream that grows as fast as it is read
 * would never end.
 */
async function* logEntries<Entry extends Header, Header extends { sequence: string }>(
  log: ShardedLog<Entry, Header>,
  toDocument: (entry: Entry) => unknown,
): AsyncIterable<unknown> {
  for (const { id } of await log.shards()) {
    const end = await log.latest(id);
    let after: string | undefined;
    while (end !== undefined && (after === undefined || compareSequences(after, end) < 0)) {
      const { records, last } = await log.read({ shard: id, after, limit: PAGE });
      for (const record of records) if (compareSequences(record.sequence, end) <= 0) yield toDocument(record);
      if (last === undefined) break;
      after = last;
    }
  }
}

async function* queueEntries(queue: Queue): AsyncIterable<unknown> {
  let after: string | undefined;
  for (;;) {
    const page = await queue.peek({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const { messageId, body, attributes, receiveCount, sentAtMs, group } of page.messages) {
      yield { messageId, sentAt: iso(sentAtMs), receiveCount, group, attributes, data: decoded(body) };
    }
    if (page.messages.length < PAGE || page.last === undefined) return;
    after = page.last;
  }
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** JSON where it is JSON, text where it is text, base64 where it is neither. */
const decoded = (data: string | Uint8Array | null): unknown => {
  if (data === null) return null;
  if (typeof data !== 'string') return { base64: Buffer.from(data).toString('base64') };
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return data;
  }
};
