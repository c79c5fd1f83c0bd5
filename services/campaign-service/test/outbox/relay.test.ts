import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '@verifiedfan/ports';
import type { ServiceTracing } from '@verifiedfan/service';
import { createRig, passUntil, sequencesOf } from './support.ts';

const down = new PortError({ code: 'unavailable', message: 'gone' });
const poison = new PortError({ code: 'too_large', message: 'too much' });
const once = { maxAttempts: 3, baseMs: 1_000, capMs: 60_000 };

describe('the relay of the outbox', () => {
  it('tells a destination what was written, in the order of each campaign', async (context) => {
    const { publish, relayWith, receivers } = createRig(context);
    await publish('b', 1, 2, 10);
    await publish('a', 9, 11);
    await relayWith().drain();
    assert.deepEqual(sequencesOf(receivers.told, 'a'), [9, 11]);
    assert.deepEqual(sequencesOf(receivers.told, 'b'), [1, 2, 10]);
    assert.deepEqual(receivers.told[0]?.id, 'a.9');
  });

  it('sends nothing twice when nothing goes wrong', async (context) => {
    const { publish, relayWith, receivers } = createRig(context);
    await publish('a', 1, 2);
    await relayWith().drain();
    await relayWith().drain();
    assert.deepEqual(sequencesOf(receivers.told), [1, 2]);
  });

  it('holds back later events of a campaign until an earlier one has arrived, and those of no other', async (context) => {
    const { publish, relayWith, receivers, clock } = createRig(context);
    await publish('a', 1, 2);
    await publish('b', 1, 2);
    receivers.failWith((_at, { id }) => (id === 'a.1' ? down : undefined));
    const relay = relayWith();
    await relay.drain();
    assert.deepEqual([sequencesOf(receivers.told, 'a'), sequencesOf(receivers.told, 'b')], [[], [1, 2]]);
    receivers.failWith(() => undefined);
    await relay.drain();
    assert.deepEqual(sequencesOf(receivers.told, 'a'), [], 'not before the pause is over');
    await clock.advance(500);
    await relay.drain();
    assert.deepEqual(sequencesOf(receivers.told, 'a'), [1, 2]);
  });

  it('waits longer after each failure', async (context) => {
    const { publish, relayWith, receivers, clock, outbox } = createRig(context);
    await publish('a', 1);
    receivers.failWith(() => down);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await relayWith().drain();
      const [row] = await outbox.find();
      waits.push((row?.dueAtMs ?? 0) - clock.now());
      await clock.advance(waits.at(-1) ?? 0);
    }
    for (const [index, wait] of waits.entries()) {
      const longest = 500 * 2 ** index;
      assert.ok(wait >= longest / 2 && wait <= longest, `${index}: ${wait}`);
    }
  });

  it('gives up an event that is at fault itself, at once, and goes on', async (context) => {
    const { publish, relayWith, receivers, lines } = createRig(context);
    await publish('a', 1, 2, 3);
    receivers.failWith((_at, { id }) => (id === 'a.2' ? poison : undefined));
    const relay = relayWith();
    await relay.drain();
    assert.deepEqual(sequencesOf(receivers.told), [1, 3]);
    assert.deepEqual(await relay.depth(), { unsent: 0, dead: 1 });
    assert.partialDeepStrictEqual(await relay.list({ limit: 10 }), [
      { id: 'a:0000000000000002:campaignDataStream', reason: 'too_large', campaignId: 'a', sequence: 2, attempts: 1 },
    ]);
    assert.deepEqual(lines, ['an event is given up; later ones go on too_large']);
  });

  it('finds the one event for which a driver refuses a whole call', async (context) => {
    const { publish, relayWith, receivers } = createRig(context);
    const { putMany } = receivers.destinations.campaignDataStream;
    const campaignDataStream: typeof receivers.destinations.campaignDataStream = {
      async putMany(entries) {
        if (entries.some(({ partitionKey }) => partitionKey === 'b')) throw poison;
        return putMany(entries);
      },
    };
    for (const id of ['a', 'b', 'c']) await publish(id, 1);
    const relay = relayWith({ destinations: { campaignDataStream } });
    await relay.drain();
    assert.deepEqual(
      receivers.told.map(({ campaign }) => campaign),
      ['a', 'c'],
    );
    assert.deepEqual(
      (await relay.list({ limit: 10 })).map(({ campaignId }) => campaignId),
      ['b'],
    );
  });

  it('gives up after so many attempts, and sends again when somebody asks for it', async (context) => {
    const { publish, relayWith, receivers, clock } = createRig(context, { retry: once });
    await publish('a', 1, 2);
    receivers.failWith((_at, { id }) => (id === 'a.1' ? down : undefined));
    const relay = relayWith();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await relay.drain();
      await clock.advance(60_000);
    }
    await relay.drain();
    assert.deepEqual(sequencesOf(receivers.told), [2]);
    const [dead] = await relay.list({ limit: 1 });
    assert.partialDeepStrictEqual(dead, { reason: 'unavailable', attempts: 3 });
    receivers.failWith(() => undefined);
    assert.equal(await relay.redrive([String(dead?.id), 'nothing']), 1);
    await relay.drain();
    assert.deepEqual(sequencesOf(receivers.told), [2, 1]);
    assert.deepEqual(await relay.depth(), { unsent: 0, dead: 0 });
    assert.equal(await relay.redrive([String(dead?.id)]), 0);
  });

  it('leaves a destination that is down alone, and brings everything when it is back', async (context) => {
    const { publish, relayWith, receivers, clock } = createRig(context, { pageSize: 20 });
    const campaigns = Array.from({ length: 60 }, (_, index) => `c${String(index).padStart(2, '0')}`);
    for (const id of campaigns) await publish(id, 1, 2);
    let calls = 0;
    receivers.failWith(() => {
      calls += 1;
      return down;
    });
    const relay = relayWith();
    await relay.drain();
    assert.equal(calls, 10, 'one page of ten campaigns is enough to see it');
    await relay.drain();
    assert.equal(calls, 10, 'and nothing is tried during the pause');
    await clock.advance(500);
    await relay.drain();
    assert.equal(calls, 20);
    receivers.failWith(() => undefined);
    await clock.advance(60_000);
    await relay.drain();
    assert.deepEqual(receivers.told.length, 120);
    for (const id of campaigns) assert.deepEqual(sequencesOf(receivers.told, id), [1, 2]);
  });

  it('is not kept from other campaigns by those that always fail', async (context) => {
    const { publish, relayWith, receivers, clock } = createRig(context, { pageSize: 10 });
    for (let index = 0; index < 30; index += 1) await publish(`a${index}`, 1, 2);
    await publish('z', 1, 2);
    receivers.failWith((_at, { subject }) => (subject === 'z' ? undefined : down));
    const relay = relayWith();
    for (let turn = 0; turn < 8; turn += 1) {
      await relay.drain();
      await clock.advance(500 * 2 ** turn);
    }
    assert.deepEqual(sequencesOf(receivers.told), [1, 2]);
  });

  it('treats a destination that does not answer as one that failed', async (context) => {
    const { publish, relayWith, receivers, clock, outbox } = createRig(context, { timeoutMs: 2_000 });
    await publish('a', 1);
    const never = { putMany: () => new Promise<never>(() => undefined) };
    const drained = relayWith({ destinations: { campaignDataStream: never } }).drain();
    await clock.waitForSleepers();
    await clock.advance(2_000);
    await drained;
    assert.partialDeepStrictEqual((await outbox.find())[0], { attempts: 1, reason: 'timeout' });
    await clock.advance(60_000);
    await relayWith().drain();
    assert.deepEqual(sequencesOf(receivers.told), [1]);
  });

  it('has a span around each call of a destination', async (context) => {
    const { publish, relayWith, receivers } = createRig(context);
    await publish('a', 1, 2);
    const spans: string[] = [];
    const tracing = {
      enabled: true,
      span: (settings: { name: string }, work: (span: never) => unknown) => {
        spans.push(settings.name);
        return work(undefined as never);
      },
    } as unknown as ServiceTracing;
    const { destinations } = receivers;
    await relayWith({ destinations, tracing }).drain();
    assert.deepEqual(spans, ['campaignDataStream.putMany', 'campaignDataStream.putMany']);
  });

  it('removes what was sent a day ago', async (context) => {
    const { publish, relayWith, clock, outbox } = createRig(context);
    await publish('a', 1);
    const relay = relayWith();
    relay.start();
    await relay.drain();
    await clock.advance(86_400_000 + 1);
    await publish('a', 2);
    relay.wake();
    await relay.stop();
    assert.deepEqual(
      (await outbox.find()).map(({ sequence }) => sequence),
      [2],
    );
  });
});

describe('a relay that was started', () => {
  it('sleeps until it is woken, and has no timer when there are no other processes', async (context) => {
    const { publish, relayWith, receivers, clock } = createRig(context, { lookMs: Number.POSITIVE_INFINITY });
    const relay = relayWith();
    relay.start();
    while (relay.busy()) await clock.advance(0);
    assert.equal(clock.sleeping(), 0);
    await publish('a', 1);
    await clock.advance(3_600_000);
    assert.deepEqual(receivers.told, []);
    relay.wake();
    assert.equal(relay.busy(), true);
    while (relay.busy()) await clock.advance(0);
    assert.deepEqual(sequencesOf(receivers.told), [1]);
    await relay.stop();
  });

  it('finds what other processes wrote, and repeats what is due, by itself', async (context) => {
    const { publish, relayWith, receivers, clock } = createRig(context);
    let failures = 0;
    receivers.failWith(() => {
      failures += 1;
      return down;
    });
    const relay = relayWith();
    relay.start();
    await publish('a', 1);
    await passUntil(clock, () => failures > 0);
    receivers.failWith(() => undefined);
    await passUntil(clock, () => receivers.told.length > 0);
    assert.deepEqual(sequencesOf(receivers.told), [1]);
    await relay.stop();
    assert.equal(clock.sleeping(), 0);
  });

  it('survives a database that is gone for a while', async (context) => {
    const rig = createRig(context);
    await rig.publish('a', 1);
    let [isGone, refused] = [true, 0];
    const refuse = (): Promise<never> => {
      refused += 1;
      return Promise.reject(down);
    };
    const database = new Proxy(rig.database, {
      get: (target, name) => (name === 'transact' && isGone ? refuse : Reflect.get(target, name).bind(target)),
    });
    const relay = rig.relayWith({ database });
    relay.start();
    await passUntil(rig.clock, () => refused > 2);
    isGone = false;
    const { told } = rig.receivers;
    const before = told.length;
    await passUntil(rig.clock, () => told.length > before && !relay.busy());
    await relay.stop();
    assert.deepEqual([...new Set(sequencesOf(rig.receivers.told))], [1]);
    assert.deepEqual(await relay.depth(), { unsent: 0, dead: 0 });
  });
});
