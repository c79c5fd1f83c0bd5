import type { ChangeHeader, ChangeRecord, ChangeStream, Clock, ShardRead, ShardReadOptions } from '@verifiedfan/ports';
import { invalid } from '@verifiedfan/ports/table-rules';
import type { Wakes } from '../../sdk/wakes.ts';
import type { Dynamo } from '../client.ts';
import { createLatest, type Latest } from './latest.ts';
import { createPages, isInFront, type Page, type Pages } from './pages.ts';
import { toChangeRecord } from './records.ts';
import { createShards, createStreamArn } from './shards.ts';

const MOST_RECORDS = 10_000;
const FIRST_WAIT_MS = 50;
/** Which shard gets a change is not known to who writes the row: all are looked at. */
export const WRITTEN = 'written';

/** Pages until the limit, an empty page or the end. What was read before an error is an answer; the error comes again by itself. */
const createRead =
  (pages: Pages, passed: Latest['passed']) =>
  async ({ shard, after, limit, filter }: ShardReadOptions<ChangeHeader>): Promise<ShardRead<ChangeRecord>> => {
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST_RECORDS) {
      throw invalid('limit is a whole number from 1 to 10,000');
    }
    const read = { records: [] as ChangeRecord[], last: undefined as string | undefined, scanned: 0, closed: false };
    while (read.scanned < limit && !read.closed) {
      const request = { shard, after: read.last ?? after, limit: limit - read.scanned };
      const page: Page | undefined = await pages(request).catch((error: unknown) => {
        if (read.scanned === 0) throw error;
        return undefined;
      });
      if (page === undefined) break;
      const reached = page.changes.at(-1)?.header.sequence ?? request.after;
      if (reached !== undefined && !isInFront(reached)) passed(shard, reached);
      for (const change of page.changes) {
        if (filter === undefined || filter(change.header)) read.records.push(toChangeRecord(change));
      }
      read.last = page.changes.at(-1)?.header.sequence ?? read.last;
      read.scanned += page.changes.length;
      read.closed = page.closed;
      if (page.changes.length === 0) break;
    }
    return read;
  };

/** Looks again and again, less and less often: DynamoDB wakes nobody, but what this process writes itself is looked for at once. A shard that is closed ends the wait, for nothing will come. */
const createWait =
  (dynamo: Dynamo, { pages, pollMs, wakes }: { pages: Pages; pollMs: number; wakes: Wakes }) =>
  async ({ shard, after, signal }: Parameters<ChangeStream['waitForRecords']>[0]): Promise<void> => {
    const ending = AbortSignal.any([signal, dynamo.lifecycle.closing]);
    for (let waitMs = Math.min(FIRST_WAIT_MS, pollMs); !ending.aborted; ) {
      const count = wakes.count(WRITTEN);
      const page = await pages({ shard, after, limit: 1, signal: ending }).catch((error: unknown) => {
        if (!ending.aborted) throw error;
        return undefined;
      });
      if (page === undefined || page.changes.length > 0 || page.closed) break;
      const isWoken = await wakes.pause({ key: WRITTEN, count, durationMs: waitMs, signal: ending });
      waitMs = Math.min(pollMs, isWoken ? FIRST_WAIT_MS : waitMs * 2);
    }
    if (!signal.aborted) dynamo.lifecycle.assertOpen();
  };

/** The change stream of a table, on DynamoDB Streams. */
export const createChangeStream = (
  dynamo: Dynamo,
  { pollMs, clock, wakes }: { pollMs: number; clock: Clock; wakes: Wakes },
): ChangeStream => {
  const streamArn = createStreamArn(dynamo);
  const pages = createPages(dynamo, streamArn, clock);
  const { latest, passed } = createLatest(pages);
  return {
    shards: createShards(dynamo, streamArn),
    read: createRead(pages, passed),
    latest,
    waitForRecords: createWait(dynamo, { pages, pollMs, wakes }),
  };
};
