import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGate } from '@verifiedfan/test-utils';
import { createLeases } from '../../src/outbox/lease.ts';
import { createRig, passUntil, sequencesOf } from './support.ts';

describe('leases', () => {
  it('belong to one holder until they are given back or run out', async (context) => {
    const { database, clock } = createRig(context);
    const of = (holder: string) => createLeases({ database, clock, holder, ttlMs: 1_000 });
    const first = await of('a')('x');
    assert.equal(await of('b')('x'), undefined);
    assert.equal((await of('b')('y'))?.fence, 1, 'another name is another lease');
    await first?.release();
    assert.equal((await of('b')('x'))?.fence, 2);
    await clock.advance(999);
    assert.equal(await of('a')('x'), undefined);
    await clock.advance(1);
    assert.equal((await of('a')('x'))?.fence, 3);
    assert.equal((await of('a')('x'))?.fence, 4, 'who comes back under its name goes on at once');
  });

  it('are taken by one of many who try at once', async (context) => {
    const { database, clock } = createRig(context);
    const tries = ['a', 'b', 'c', 'd'].map((holder) => createLeases({ database, clock, holder, ttlMs: 1_000 })('x'));
    assert.equal((await Promise.all(tries)).filter((lease) => lease !== undefined).length, 1);
  });

  it('that were lost end a transaction, and giving them back takes nothing from the next holder', async (context) => {
    const { database, clock } = createRig(context);
    const of = (holder: string) => createLeases({ database, clock, holder, ttlMs: 1_000 })('x');
    const late = await of('a');
    await clock.advance(1_000);
    const next = await of('b');
    assert.ok(late && next);
    assert.equal((await database.transact([late.renewal()])).outcome, 'aborted');
    await late.release();
    assert.equal((await database.transact([next.renewal()])).outcome, 'committed');
    assert.equal(await of('c'), undefined);
  });
});

describe('two relays on one outbox', () => {
  it('do not both send', async (context) => {
    const { publish, relayWith, receivers, clock } = createRig(context);
    await publish('a', 1, 2, 3);
    await publish('b', 1, 2, 3);
    let isDone = false;
    const relays = [relayWith({ holder: 'one' }), relayWith({ holder: 'two' })];
    const drained = Promise.all(relays.map((relay) => relay.drain())).finally(() => {
      isDone = true;
    });
    // Who comes second waits until the first has given the lease back.
    await passUntil(clock, () => isDone);
    await drained;
    assert.deepEqual(
      [sequencesOf(receivers.told, 'a'), sequencesOf(receivers.told, 'b')],
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    );
  });

  it('go on behind one that hangs, which writes nothing any more when it wakes', async (context) => {
    const { publish, relayWith, receivers, clock, outbox } = createRig(context, { timeoutMs: 3_600_000 });
    await publish('a', 1, 2);
    const { putMany } = receivers.destinations.campaignDataStream;
    const [reached, gate] = [createGate(), createGate()];
    const slow: typeof receivers.destinations.campaignDataStream = {
      async putMany(entries) {
        reached.open();
        await gate.wait();
        return putMany(entries);
      },
    };
    const late = relayWith({ holder: 'late', destinations: { campaignDataStream: slow } });
    const hanging = assert.rejects(late.drain(), { code: 'lease_lost' });
    await reached.wait();
    await clock.advance(30_000);
    await relayWith({ holder: 'next' }).drain();
    const before = await outbox.find();
    gate.open();
    await hanging;
    assert.deepEqual(await outbox.find(), before);
    assert.deepEqual(sequencesOf(receivers.told), [1, 2, 1], 'at least once');
    assert.deepEqual(
      sequencesOf(receivers.seenBy('campaignDataStream')),
      [1, 2],
      'and once for who looks at sequences',
    );
  });
});
