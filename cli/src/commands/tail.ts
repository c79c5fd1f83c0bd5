import { type Estate, receivedStore } from '@verifiedfan/local';
import type { Catalogue, ShardedLog } from '@verifiedfan/ports';
import { resources } from '@verifiedfan/workers/resources';
import type { CommandRun } from '../context.ts';
import { type CommandIo, DONE, printLine, UsageError } from '../io.ts';

const PAGE = 1_000;

/** Prints the records of a stream, queue, topic or table's changes, or what a stand-in received, oldest first, consuming nothing. */
export const tail: CommandRun<{ resource: string }> = async ({ io, estate: open }, { resource }) => {
  const estate = await open();
  if (resource.startsWith('sandbox/')) await tailStandIn(estate, io, resource.slice('sandbox/'.length));
  else await tailResource(estate, io, resource);
  return DONE;
};

const tailStandIn = async ({ directory }: Estate, io: CommandIo, standIn: string): Promise<void> => {
  if (!/^[a-z-]{1,40}$/.test(standIn)) throw new UsageError(`there is no stand-in ${standIn}`);
  const store = receivedStore(directory);
  let after = 0;
  for (;;) {
    const page = await store.list(standIn, { after, limit: PAGE });
    for (const { position, entry } of page) {
      after = position;
      printLine(io, entry);
    }
    if (page.length < PAGE) return;
  }
};

const tailResource = async (estate: Estate, io: CommandIo, name: string): Promise<void> => {
  const catalogue: Catalogue = resources;
  const kind = Object.hasOwn(catalogue, name) ? catalogue[name]?.kind : undefined;
  const { platform } = estate;
  if (kind === 'stream')
    return tailLog(platform.stream(name), ({ shard, sequence, partitionKey, arrivedAtMs, data }) =>
      printLine(io, { shard, sequence, partitionKey, arrivedAt: iso(arrivedAtMs), data: decoded(data) }),
    );
  if (kind === 'topic')
    return tailLog(platform.topic(name), ({ shard, sequence, key, atMs, value, headers }) =>
      printLine(io, { partition: shard, offset: sequence, key, at: iso(atMs), headers, data: decoded(value) }),
    );
  if (kind === 'table')
    return tailLog(platform.table(name).changes, ({ shard, sequence, eventName, keys, atMs, oldItem, newItem }) =>
      printLine(io, { shard, sequence, eventName, keys, at: iso(atMs), oldItem, newItem }),
    );
  if (kind === 'queue') return tailQueue(estate, io, name);
  const known = Object.entries(catalogue).filter(([, each]) =>
    ['stream', 'topic', 'table', 'queue'].includes(each.kind),
  );
  throw new UsageError(
    `${name} cannot be tailed; there are ${known.map(([each]) => each).join(', ')} and sandbox/slack, sandbox/telesign`,
  );
};

/** Every shard from its oldest record to the one that was newest when the command began. */
const tailLog = async <Entry extends Header, Header extends { sequence: string }>(
  log: ShardedLog<Entry, Header>,
  print: (entry: Entry) => void,
): Promise<void> => {
  for (const { id } of await log.shards()) {
    const end = await log.latest(id);
    let after: string | undefined;
    while (after !== end) {
      const { records, last } = await log.read({ shard: id, after, limit: PAGE });
      if (last === undefined) break;
      for (const record of records) print(record);
      after = last;
    }
  }
};

const tailQueue = async ({ platform }: Estate, io: CommandIo, name: string): Promise<void> => {
  let after: string | undefined;
  for (;;) {
    const page = await platform.queue(name).peek({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const { messageId, body, attributes, receiveCount, sentAtMs, group } of page.messages) {
      printLine(io, { messageId, sentAt: iso(sentAtMs), receiveCount, group, attributes, data: decoded(body) });
    }
    if (page.messages.length < PAGE || page.last === undefined) return;
    after = page.last;
  }
};

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
