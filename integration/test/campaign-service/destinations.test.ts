import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { CloudEvent } from '@verifiedfan/campaign-service';
import type { Queue, RecordStream } from '@verifiedfan/ports';
import { openDatabase, startServiceFor } from '@verifiedfan/service/testing';
import { createCampaignService } from '../../../services/campaign-service/src/index.ts';
import { aCampaign, CREATOR } from '../../../services/campaign-service/test/fixtures.ts';
import { withShortSleeps } from '../../../services/campaign-service/test/support.ts';
import { startProxy } from '../fault-proxy/set-up.ts';
import { openStream } from '../kinesis/open-stream.ts';
import { openQueue } from '../sqs/open-queue.ts';
import { onMongo } from './on-servers.ts';

onMongo();

const CAMPAIGNS = Array.from({ length: 12 }, (_, index) => `tour-${index}`);
/** What each campaign below goes through: created, then changed so often. */
const CHANGES = 6;
const SEQUENCES = Array.from({ length: CHANGES + 1 }, (_, index) => index + 1);

/** The service on MongoDB, Kinesis and SQS, with a proxy in front of the latter two. */
const start = async (test: TestContext) => {
  const { proxy, connection } = await startProxy(test, 'ministack');
  const patient = { ...connection, maxAttempts: 2 };
  const { stream } = await openStream(patient);
  const [pipeline, attendance, selections] = await Promise.all([
    openQueue(patient, { fifo: true }),
    openQueue(patient, { fifo: true }),
    openQueue(patient),
  ]);
  const queues = { dataPipelineQueue: pipeline.queue, attendanceQueue: attendance.queue };
  const destinations = { ...queues, campaignDataStream: stream, refreshSelectionsQueue: selections.queue };
  const database = openDatabase(test);
  const started = await startServiceFor(
    test,
    (parts) => createCampaignService({ ...parts, destinations, clock: withShortSleeps(parts.clock) }),
    {
      database,
    },
  );
  test.after(async () => {
    await stream.close();
    for (const { queue, deadLetters } of [pipeline, attendance, selections])
      await Promise.all([queue.close(), deadLetters.close()]);
  });
  const { call, service, clock } = started;
  const send = async (path: string, json: unknown, status: number): Promise<void> => {
    const answer = await call(path, { json, claims: CREATOR, headers: { 'if-match': '*' } });
    assert.equal(answer.status, status, answer.text);
  };
  return {
    ...started,
    proxy,
    stream,
    queues,
    selections: selections.queue,
    /** Every campaign through all of its changes, all campaigns at once. */
    async live(): Promise<void> {
      const one = async (_id: string): Promise<void> => {
        const markets = [{ eventId: 'e1', date: { event: '2027-06-01T00:00:00Z' } }, { eventId: 'e2' }];
        await send('/campaigns', aCampaign({ _id, markets }), 201);
        for (let change = 1; change <= CHANGES; change += 1) await send(`/campaigns/${_id}`, { maxRank: change }, 200);
      };
      await Promise.all(CAMPAIGNS.map(one));
    },
    /** Until nothing is left, however often a destination has to be tried again. */
    async relayAll(): Promise<void> {
      for (let round = 0; round < 20; round += 1) {
        await service.relay.drain();
        if ((await service.relay.depth()).unsent === 0) return;
        await clock.advance(300_000);
      }
      assert.fail('the outbox is not emptied');
    },
  };
};

const eventOf = (text: string): CloudEvent => JSON.parse(text) as CloudEvent;

/** All records in the order of their shards, where all of one campaign are in one. */
const readStream = async (stream: RecordStream): Promise<CloudEvent[]> => {
  const pages = await Promise.all((await stream.shards()).map(({ id }) => stream.read({ shard: id, limit: 10_000 })));
  return pages.flatMap(({ records }) => records.map(({ data }) => eventOf(Buffer.from(data).toString())));
};

/** All messages in the order in which they are handed out; those of a group come when the ones before are gone. */
const readQueue = async (queue: Queue): Promise<CloudEvent[]> => {
  const events: CloudEvent[] = [];
  for (;;) {
    const messages = await queue.receive({ max: 100, waitMs: 1_000 });
    if (messages.length === 0) return events;
    events.push(...messages.map(({ body }) => eventOf(body)));
    await queue.deleteMany(messages.map(({ receiptHandle }) => receiptHandle));
  }
};

const sequencesOf = (events: readonly CloudEvent[], campaign: string): number[] =>
  events.filter(({ subject }) => subject === campaign).map(({ sequence }) => Number(sequence));

/** As a receiver does it that drops what is not above the last that it has seen. */
const seen = (sequences: readonly number[]): number[] =>
  sequences.filter((sequence, at) => sequences.slice(0, at).every((earlier) => earlier < sequence));

describe('events of campaigns on Kinesis and SQS', () => {
  it('arrive in the order of each campaign, once, under the same id everywhere', async (test) => {
    const { live, relayAll, stream, queues, selections } = await start(test);
    await live();
    await relayAll();
    const [streamed, piped, attended, selected] = [
      await readStream(stream),
      await readQueue(queues.dataPipelineQueue),
      await readQueue(queues.attendanceQueue),
      await readQueue(selections),
    ];
    for (const campaign of CAMPAIGNS) {
      assert.deepEqual(sequencesOf(streamed, campaign), SEQUENCES, `${campaign} on the stream`);
      assert.deepEqual(sequencesOf(piped, campaign), SEQUENCES, `${campaign} in the queue`);
      assert.deepEqual(sequencesOf(attended, campaign), [1], `${campaign} for attendance: its markets never changed`);
      assert.deepEqual(sequencesOf(selected, campaign), [1], `${campaign} for selections`);
    }
    assert.deepEqual(new Set(streamed.map(({ id }) => id)), new Set(piped.map(({ id }) => id)));
    assert.ok(streamed.every(({ id, subject, sequence }) => id === `${subject}.${Number(sequence)}`));
  });

  it('are once in a FIFO queue though the answer of each kind of call is lost, and in order on the stream', async (test) => {
    const { live, relayAll, proxy, stream, queues, clock, service } = await start(test);
    await live();
    // More often than the driver repeats a call by itself, so that the relay has to.
    const operations = ['kinesis.PutRecords', 'sqs.SendMessageBatch'];
    const off = operations.map((operation) =>
      proxy.add({ kind: 'lose-answer', operations: [operation], chance: 0.7, times: 12 }),
    );
    for (let round = 0; round < 3; round += 1) {
      await service.relay.drain();
      await clock.advance(300_000);
    }
    const { injected } = proxy.counts();
    assert.ok((injected['lose-answer'] ?? 0) >= 6, JSON.stringify(injected));
    for (const each of off) each();
    await relayAll();
    const streamed = await readStream(stream);
    const piped = await readQueue(queues.dataPipelineQueue);
    for (const campaign of CAMPAIGNS) {
      assert.deepEqual(seen(sequencesOf(streamed, campaign)), SEQUENCES, `${campaign} on the stream`);
      assert.deepEqual(sequencesOf(piped, campaign), SEQUENCES, `${campaign} in the queue`);
    }
    assert.ok(streamed.length > CAMPAIGNS.length * SEQUENCES.length, 'the stream was told more than once');
  });

  it('wait while both are gone for a while, are counted, and arrive when they are back', async (test) => {
    const { live, relayAll, proxy, stream, queues, service, call } = await start(test);
    await proxy.down();
    await live();
    await service.relay.drain();
    const { unsent, dead } = await service.relay.depth();
    // Two destinations are told of every change, two of the creation alone.
    const expected = CAMPAIGNS.length * (2 * SEQUENCES.length + 2);
    assert.deepEqual([unsent, dead], [expected, 0]);
    assert.match((await call('/metrics')).text, new RegExp(`^outbox_unsent_events ${expected}$`, 'm'));
    assert.equal((await call('/ready')).status, 200, 'requests do without them');
    await proxy.up();
    await relayAll();
    const [streamed, piped] = [await readStream(stream), await readQueue(queues.dataPipelineQueue)];
    for (const campaign of CAMPAIGNS) {
      assert.deepEqual(sequencesOf(streamed, campaign), SEQUENCES);
      assert.deepEqual(sequencesOf(piped, campaign), SEQUENCES);
    }
  });
});
