import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Table } from '@verifiedfan/ports';
import {
  type OutboxMessage,
  pendingGroups,
  type RelayOptions,
  relayGroup,
  type StoredMessage,
  writeWithOutbox,
} from '../../src/idempotency/index.ts';
import { createClock, EVERY_MOMENT, type FaultyCall, failingOnce, openTable } from './support/index.ts';

const LEASE_MS = 1_000;
const destination = 'campaignDataStream';
const message = (sequence: number, group = 'tour'): OutboxMessage => ({
  destination,
  group,
  sequence,
  event: { n: sequence },
});

const setUp = async () => {
  const table = await openTable();
  const clock = createClock();
  const published: StoredMessage[] = [];
  const rejected: StoredMessage[] = [];
  let runs = 0;
  /** A change of a campaign from one sequence to the next, with its event. */
  const save = (sequence: number, { through = table, group = 'tour' }: { through?: Table; group?: string } = {}) =>
    writeWithOutbox({
      table: through,
      actions: [
        {
          update: { PK: `campaign:${group}`, SK: 'meta' },
          set: { sequence },
          condition: sequence === 1 ? { absent: 'sequence' } : { equals: ['sequence', sequence - 1] },
        },
      ],
      messages: [message(sequence, group)],
      token: `save-${group}-${sequence}`,
    });
  const relay = (overrides: Partial<RelayOptions> = {}) =>
    relayGroup({
      table,
      destination,
      group: 'tour',
      owner: `relay-${++runs}`,
      leaseMs: LEASE_MS,
      clock,
      publish: async (sent) => void published.push(sent),
      reject: async (bad) => void rejected.push(bad),
      ...overrides,
    });
  const sequences = () => published.map(({ sequence }) => sequence);
  return { table, clock, published, rejected, save, relay, sequences };
};

describe('writeWithOutbox', () => {
  it('writes the change and its message, or neither', async () => {
    const { table, save, relay, sequences } = await setUp();
    assert.deepEqual(await save(1), { outcome: 'applied' });
    assert.deepEqual(await save(3), { outcome: 'refused', reasons: ['condition', null, null] });
    assert.equal((await table.get({ PK: 'campaign:tour', SK: 'meta' }))?.sequence, 1);
    await relay();
    assert.deepEqual(sequences(), [1]);
  });

  it('can be repeated when its answer was lost', async () => {
    for (const moment of EVERY_MOMENT) {
      const { table, save, relay, sequences } = await setUp();
      await assert.rejects(save(1, { through: failingOnce(table, 'transact', 1, moment) }), { code: 'unavailable' });
      assert.deepEqual(await save(1), { outcome: 'applied' });
      await relay();
      assert.deepEqual(sequences(), [1]);
    }
  });

  it('refuses a sequence that does not rise, because it would be passed over', async () => {
    const { table } = await setUp();
    const write = (messages: OutboxMessage[], token: string) =>
      writeWithOutbox({ table, actions: [], messages, token });
    assert.equal((await write([message(5), message(6)], '1')).outcome, 'applied');
    assert.deepEqual(await write([message(4)], '2'), { outcome: 'refused', reasons: [null, 'condition'] });
    assert.equal((await write([message(6)], '3')).outcome, 'refused');
    assert.equal((await write([message(1, 'other'), message(9)], '4')).outcome, 'applied');
  });

  it('refuses sequences and destinations that break the grammar', async () => {
    const { table } = await setUp();
    const bad = [
      message(0),
      message(1.5),
      message(2 ** 53),
      { ...message(1), destination: 'a#b' },
      { ...message(1), destination: '' },
    ];
    for (const messages of bad) {
      assert.throws(() => writeWithOutbox({ table, actions: [], messages: [messages], token: 't' }), {
        code: 'misuse',
      });
    }
  });
});

describe('relayGroup', () => {
  it('publishes in order of sequence, numerically, with ids that never change', async () => {
    const { table, published, relay, sequences } = await setUp();
    const messages = [9, 10, 100, 2_000].map((sequence) => message(sequence));
    await writeWithOutbox({ table, actions: [], messages, token: 't' });
    assert.deepEqual(await relay(), { outcome: 'drained', sent: 4, rejected: 0 });
    assert.deepEqual(sequences(), [9, 10, 100, 2_000]);
    assert.equal(new Set(published.map(({ id }) => id)).size, 4);
    assert.deepEqual(published[0], { ...message(9), id: published[0]?.id });
    assert.deepEqual(await relay(), { outcome: 'drained', sent: 0, rejected: 0 });
  });

  it('loses nothing and keeps the order when it is killed at any step', async () => {
    const steps: [FaultyCall, number][] = [
      ['updateMany', 1],
      ['updateMany', 2],
      ['query', 1],
      ['transact', 1],
      ['transact', 2],
      ['transact', 3],
    ];
    for (const [call, nth] of steps) {
      for (const moment of EVERY_MOMENT) {
        const { table, clock, published, save, relay } = await setUp();
        for (const sequence of [1, 2, 3]) await save(sequence);
        await relay({ table: failingOnce(table, call, nth, moment) }).catch(() => undefined);
        clock.advance(LEASE_MS);
        assert.equal((await relay()).outcome, 'drained');
        const ids = [...new Map(published.map(({ id, sequence }) => [id, sequence])).values()];
        assert.deepEqual(ids, [1, 2, 3], `killed ${moment} ${call} ${nth}`);
        assert.ok(published.length <= 4, 'at most the message under way is published again');
      }
    }
  });

  it('publishes under the same id again when it died between publishing and marking', async () => {
    const { table, clock, published, save, relay } = await setUp();
    await save(1);
    await relay({ table: failingOnce(table, 'transact', 1, 'before') });
    clock.advance(LEASE_MS);
    await relay();
    assert.equal(published.length, 2);
    assert.deepEqual(published[0], published[1]);
  });

  it('stops at a message that cannot be published for now, and goes on there later', async () => {
    const { save, relay, sequences, published } = await setUp();
    for (const sequence of [1, 2, 3]) await save(sequence);
    const down = async (sent: StoredMessage) => {
      if (sent.sequence === 2) throw new Error('stream is down');
      published.push(sent);
    };
    const { outcome, sent, error } = await relay({ publish: down });
    assert.deepEqual([outcome, sent, error?.message], ['stopped', 1, 'stream is down']);
    assert.deepEqual(await relay(), { outcome: 'drained', sent: 2, rejected: 0 });
    assert.deepEqual(sequences(), [1, 2, 3]);
  });

  it('rejects a message that can never be published, and goes on behind it', async () => {
    const { save, relay, sequences, published, rejected } = await setUp();
    for (const sequence of [1, 2, 3]) await save(sequence);
    const picky = async (sent: StoredMessage) => {
      if (sent.sequence === 2) throw Object.assign(new Error('too large'), { retryable: false });
      published.push(sent);
    };
    assert.deepEqual(await relay({ publish: picky }), { outcome: 'drained', sent: 2, rejected: 1 });
    assert.deepEqual([sequences(), rejected.map(({ sequence }) => sequence)], [[1, 3], [2]]);
  });

  it('keeps a message whose rejection could not be stored', async () => {
    const { save, relay } = await setUp();
    await save(1);
    const fail = async () => {
      throw Object.assign(new Error('no'), { retryable: false });
    };
    assert.equal((await relay({ publish: fail, reject: fail })).outcome, 'stopped');
    assert.deepEqual(await relay(), { outcome: 'drained', sent: 1, rejected: 0 });
  });

  it('lets one relay at a group, and another take over once its lease ran out', async () => {
    const { clock, save, relay, sequences, published } = await setUp();
    for (const sequence of [1, 2]) await save(sequence);
    const hanging = async (sent: StoredMessage) => {
      assert.equal((await relay()).outcome, 'held');
      clock.advance(LEASE_MS);
      assert.deepEqual(await relay(), { outcome: 'drained', sent: 2, rejected: 0 });
      published.push(sent);
    };
    assert.deepEqual(await relay({ publish: hanging }), { outcome: 'lost', sent: 0, rejected: 0 });
    // The late one is a repetition with a known id; the cursor did not move back.
    assert.deepEqual(sequences(), [1, 2, 1]);
    assert.deepEqual(await relay(), { outcome: 'drained', sent: 0, rejected: 0 });
  });

  it('keeps its lease while it works, message by message', async () => {
    const { clock, save, relay, published } = await setUp();
    for (const sequence of [1, 2, 3]) await save(sequence);
    const slow = async (sent: StoredMessage) => {
      clock.advance(LEASE_MS - 1);
      assert.equal((await relay()).outcome, 'held');
      published.push(sent);
    };
    assert.deepEqual(await relay({ publish: slow }), { outcome: 'drained', sent: 3, rejected: 0 });
  });

  it('stops after its share, so that other groups get their turn', async () => {
    const { save, relay, sequences } = await setUp();
    for (const sequence of [1, 2, 3]) await save(sequence);
    assert.deepEqual(await relay({ max: 2 }), { outcome: 'more', sent: 2, rejected: 0 });
    assert.deepEqual(await relay({ max: 2 }), { outcome: 'drained', sent: 1, rejected: 0 });
    assert.deepEqual(sequences(), [1, 2, 3]);
  });
});

describe('pendingGroups', () => {
  it('names the groups with unsent messages, for a start after a crash', async () => {
    const { table, save, relay } = await setUp();
    for (const group of ['a', 'b', 'c', 'tour']) await save(1, { group });
    assert.deepEqual(await pendingGroups({ table, destination }), ['a', 'b', 'c', 'tour']);
    await relay();
    await relay({ group: 'b' });
    await save(2, { group: 'b' });
    assert.deepEqual(await pendingGroups({ table, destination }), ['a', 'b', 'c']);
    assert.deepEqual(await pendingGroups({ table, destination: 'other' }), []);
  });
});
