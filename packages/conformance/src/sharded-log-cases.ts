import assert from 'node:assert/strict';
import { compareSequences, type ShardedLog } from '@verifiedfan/ports';
import { assertCode, settlesWithin } from './expect.ts';
import type { Case } from './suite.ts';

type Header = { shard: string; sequence: string };

/** What the cases need to know about one kind of log. */
export type LogSubject<Entry extends Header> = {
  log: ShardedLog<Entry, Header>;
  /** Appends one record that can be told from others by this label. All labels go to the same shard. */
  append(label: string): Promise<void>;
  /** The label of a record. */
  label(entry: Entry): string;
};

const firstShard = async (log: ShardedLog<Header, Header>): Promise<string> => {
  const [shard] = await log.shards();
  assert.ok(shard, 'a log has at least one shard');
  return shard.id;
};

/** The shard that the records went to, and its records. */
const readAll = async <Entry extends Header>({ log, label }: LogSubject<Entry>) => {
  for (const { id: shard } of await log.shards()) {
    const { records, last, scanned } = await log.read({ shard, limit: 10_000 });
    if (scanned > 0)
      return { shard, records, labels: records.map(label), sequences: records.map(({ sequence }) => sequence), last };
  }
  throw new Error('no shard has records');
};

const appendAll = async <Entry extends Header>(
  { append }: LogSubject<Entry>,
  labels: readonly string[],
): Promise<void> => {
  for (const label of labels) await append(label);
};

/** The promises of `ShardedLog`, for every kind of log. */
export const shardedLogCases = <Subject, Entry extends Header>(
  adapt: (subject: Subject) => LogSubject<Entry>,
): readonly Case<Subject>[] => [
  {
    name: 'reads records in the order of their writing, with rising decimal sequences',
    async run(open) {
      const subject = adapt(await open());
      await appendAll(subject, ['a', 'b', 'c']);
      const { labels, sequences, records, shard, last } = await readAll(subject);
      assert.deepEqual(labels, ['a', 'b', 'c']);
      for (const sequence of sequences) assert.match(sequence, /^\d+$/);
      assert.deepEqual(sequences.toSorted(compareSequences), sequences);
      assert.equal(new Set(sequences).size, 3);
      assert.equal(last, sequences.at(-1));
      assert.deepEqual(new Set(records.map((record) => record.shard)), new Set([shard]));
    },
  },
  {
    name: 'continues behind a sequence without losing or repeating a record',
    async run(open) {
      const subject = adapt(await open());
      const labels = ['a', 'b', 'c', 'd', 'e'];
      await appendAll(subject, labels);
      const { shard } = await readAll(subject);
      const seen: string[] = [];
      let after: string | undefined;
      for (let page = 0; page < labels.length + 1; page++) {
        const { records, last, scanned } = await subject.log.read({ shard, after, limit: 2 });
        assert.ok(records.length <= 2 && scanned <= 2, 'limit is the most records to look at');
        seen.push(...records.map(subject.label));
        if (last === undefined) break;
        after = last;
      }
      assert.deepEqual(seen, labels);
    },
  },
  {
    name: 'answers an empty page behind the newest record',
    async run(open) {
      const subject = adapt(await open());
      await subject.append('a');
      const { shard, last } = await readAll(subject);
      assert.deepEqual(await subject.log.read({ shard, after: last, limit: 10 }), {
        records: [],
        last: undefined,
        scanned: 0,
        closed: false,
      });
    },
  },
  {
    name: 'reads the same records again, because reading consumes nothing',
    async run(open) {
      const subject = adapt(await open());
      await appendAll(subject, ['a', 'b']);
      assert.deepEqual((await readAll(subject)).labels, (await readAll(subject)).labels);
      assert.deepEqual((await readAll(subject)).labels, ['a', 'b']);
    },
  },
  {
    name: 'counts records that a filter leaves out as looked at',
    async run(open) {
      const subject = adapt(await open());
      await appendAll(subject, ['a', 'b', 'c']);
      const { shard, sequences } = await readAll(subject);
      const filter = ({ sequence }: Header): boolean => sequence === sequences[1];
      const page = await subject.log.read({ shard, limit: 3, filter });
      assert.deepEqual(page.records.map(subject.label), ['b']);
      assert.equal(page.scanned, 3);
      assert.equal(page.last, sequences[2]);
    },
  },
  {
    name: 'knows the newest sequence, and none in a shard that never had a record',
    async run(open) {
      const subject = adapt(await open());
      assert.equal(await subject.log.latest(await firstShard(subject.log)), undefined);
      await appendAll(subject, ['a', 'b']);
      const { shard, last } = await readAll(subject);
      assert.equal(await subject.log.latest(shard), last);
    },
  },
  {
    name: 'wakes a waiting consumer when a record arrives, and not before',
    async run(open) {
      const subject = adapt(await open());
      await subject.append('a');
      const { shard, last } = await readAll(subject);
      const { signal } = new AbortController();
      let woken = false;
      const waiting = subject.log.waitForRecords({ shard, after: last, signal }).then(() => {
        woken = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(woken, false, 'there is nothing behind the newest record yet');
      await subject.append('b');
      await settlesWithin(waiting, 'a record arrived');
    },
  },
  {
    name: 'does not wait when there are records already',
    async run(open) {
      const subject = adapt(await open());
      await appendAll(subject, ['a', 'b']);
      const { shard, sequences } = await readAll(subject);
      const { signal } = new AbortController();
      await settlesWithin(subject.log.waitForRecords({ shard, signal }), 'records are there from the start');
      await settlesWithin(
        subject.log.waitForRecords({ shard, after: sequences[0], signal }),
        'a record is behind the first',
      );
    },
  },
  {
    name: 'ends waiting when the signal aborts',
    async run(open) {
      const subject = adapt(await open());
      const shard = await firstShard(subject.log);
      const later = new AbortController();
      const waiting = subject.log.waitForRecords({ shard, signal: later.signal });
      later.abort();
      await settlesWithin(waiting, 'the signal aborted');
      await settlesWithin(
        subject.log.waitForRecords({ shard, signal: AbortSignal.abort() }),
        'the signal was aborted before',
      );
    },
  },
  {
    name: 'does not know a shard that is not there',
    async run(open) {
      const { log } = adapt(await open());
      const shard = 'shardId-999999999999';
      await assertCode(log.read({ shard, limit: 1 }), 'not_found');
      await assertCode(log.latest(shard), 'not_found');
    },
  },
  {
    name: 'takes a limit from 1 to 10,000',
    async run(open) {
      const { log } = adapt(await open());
      const shard = await firstShard(log);
      for (const limit of [0, -1, 1.5, 10_001]) await assertCode(log.read({ shard, limit }), 'validation');
      assert.equal((await log.read({ shard, limit: 10_000 })).scanned, 0);
    },
  },
];
