import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ActionResult, PortError } from '@verifiedfan/ports';
import { makeKinesisInput, makeSqsInput } from '@verifiedfan/test-utils';
import { createDeadLetters, createHandler, deadLetterId, kinesis, RejectError, sqs } from '../src/index.ts';
import { createTestHost, type TestHost } from './support/host.ts';
import { aWorker, byData, storedLetters } from './support/workers.ts';

const handlerOf = (host: TestHost, worker = aWorker(kinesis('scoresStream'), byData)) =>
  createHandler({ name: 'theWorker', worker, host });
const wishes = (...list: string[]) => makeKinesisInput(list.map((wish) => ({ data: { wish } })));
const open = () => {
  const host = createTestHost();
  return { host, letters: createDeadLetters({ table: host.deadLetterTable, clock: host.clock }) };
};

describe('dead letters', () => {
  it('keep worker, position, reason, time and the raw record', async () => {
    const host = createTestHost();
    const event = wishes('reject');
    await handlerOf(host)(event);
    const position = `stream/${event.Records[0]?.eventID}`;
    assert.deepEqual(await storedLetters(host), [
      {
        id: deadLetterId({ worker: 'theWorker', position }),
        worker: 'theWorker',
        position,
        reason: 'the wish is to be rejected',
        at: '2026-01-01T00:00:00.000Z',
        payload: event.Records[0],
        part: false,
        cut: false,
        shard: 'shardId-000000000000',
      },
    ]);
  });

  it('are stored once for each worker and position, whatever is redelivered', async () => {
    const host = createTestHost();
    await handlerOf(host)(wishes('reject'));
    await handlerOf(host)(wishes('reject'));
    assert.equal((await storedLetters(host)).length, 1);
    await createHandler({ name: 'another', worker: aWorker(kinesis('s'), byData), host })(wishes('reject'));
    assert.equal((await storedLetters(host)).length, 2);
  });

  it('say how many of them are new', async () => {
    const { letters } = open();
    const rejection = { position: 'a', reason: 'wrong', payload: 1 };
    assert.equal(await letters.add('w', [rejection, { ...rejection, position: 'b' }]), 2);
    assert.equal(await letters.add('w', [rejection]), 0);
    assert.equal(await letters.add('w', []), 0);
  });

  it('fail the whole batch when one cannot be stored, so that nothing is acknowledged', async () => {
    const error = new PortError({ code: 'unavailable', message: 'the table did not answer' });
    const broken = [
      async (): Promise<ActionResult[]> => [{ outcome: 'failed', error }],
      async (): Promise<ActionResult[]> => {
        throw error;
      },
    ];
    for (const updateMany of broken) {
      const host = createTestHost({
        table: (table) => ({ ...table, updateMany }),
      });
      await assert.rejects(handlerOf(host)(wishes('done', 'reject')), { code: 'unavailable' });
    }
  });

  it('wait for a record that comes again anyway: it is judged when it comes', async () => {
    const host = createTestHost();
    await handlerOf(host)(wishes('reject', 'retry', 'reject'));
    assert.equal((await storedLetters(host)).length, 1);
    const fifo = makeSqsInput(
      ['retry', 'reject'].map((wish) => ({ body: { wish }, group: 'g' })),
      { queue: 'q.fifo' },
    );
    await handlerOf(host, aWorker(sqs('q', { fifo: true }), byData))(fifo);
    assert.equal((await storedLetters(host)).length, 1, 'the second of the group had no chance');
  });

  it('hold a payload that is too large cut, and say so', async () => {
    const { letters } = open();
    const large = { text: '日本"\\'.repeat(60_000) };
    await letters.add('w', [{ position: 'a', reason: 'wrong', payload: large }]);
    await letters.add('w', [{ position: 'b', reason: 'wrong', payload: { text: 'x'.repeat(290_000) } }]);
    const cut = await letters.get(deadLetterId({ worker: 'w', position: 'a' }));
    assert.equal(cut?.cut, true);
    assert.ok(JSON.stringify(cut?.payload).includes('日本'));
    assert.equal((await letters.get(deadLetterId({ worker: 'w', position: 'b' })))?.cut, false);
  });

  it('show no personal data in a reason, and cut one that goes on and on', async () => {
    const { letters } = open();
    const reason = `no such fan: somebody@example.com ${'!'.repeat(5_000)}`;
    await letters.add('w', [{ position: 'a', reason, payload: null }]);
    const letter = await letters.get(deadLetterId({ worker: 'w', position: 'a' }));
    assert.doesNotMatch(String(letter?.reason), /somebody/);
    assert.ok(String(letter?.reason).length <= 1_000);
  });

  it('are removed by id; an unknown id is nothing', async () => {
    const { letters } = open();
    const id = deadLetterId({ worker: 'w', position: 'a' });
    await letters.add('w', [{ position: 'a', reason: 'wrong', payload: null }]);
    await letters.remove(id);
    await letters.remove(id);
    assert.equal(await letters.get(id), undefined);
  });
});

describe('what a worker says of its records', () => {
  const run = async (thrown: unknown) => {
    const host = createTestHost();
    const worker = aWorker(kinesis('s'), async ([record], { fail }) => {
      if (record !== undefined) fail(record, thrown);
      return {};
    });
    const answer = (await handlerOf(host, worker)(wishes('done'))) as { batchItemFailures: unknown[] };
    return { retried: answer.batchItemFailures.length, letters: (await storedLetters(host)).length };
  };
  const portError = (code: PortError['code']) => new PortError({ code, message: 'of the port' });

  it('retries what may pass, and rejects what says that it never will', async () => {
    const RETRIED = { retried: 1, letters: 0 };
    const REJECTED = { retried: 0, letters: 1 };
    assert.deepEqual(await run(new Error('unknown')), RETRIED);
    assert.deepEqual(await run('not even an error'), RETRIED);
    assert.deepEqual(await run(portError('throttled')), RETRIED);
    assert.deepEqual(await run(new RejectError('wrong')), REJECTED);
    assert.deepEqual(await run(portError('validation')), REJECTED);
    assert.deepEqual(await run(portError('too_large')), REJECTED);
  });

  it('does not reject records for a store that is closed, locked or damaged', async () => {
    for (const code of ['closed', 'locked', 'read_only', 'corrupt', 'not_found'] as const)
      assert.deepEqual(await run(portError(code)), { retried: 1, letters: 0 }, code);
  });

  it('lets the worse word stand: a retry is not taken back by a later reject', async () => {
    const host = createTestHost();
    const worker = aWorker(kinesis('s'), async ([record], { retry, reject }) => {
      if (record === undefined) return {};
      reject(record, 'first');
      retry(record, new Error('second'));
      reject(record, 'third');
      return {};
    });
    const answer = (await handlerOf(host, worker)(wishes('done'))) as { batchItemFailures: unknown[] };
    assert.equal(answer.batchItemFailures.length, 1);
    assert.deepEqual(await storedLetters(host), []);
  });

  it('must be said of a record of the batch: the failure of a copy would go unseen', async () => {
    for (const verdict of ['retry', 'reject', 'fail'] as const) {
      const worker = aWorker(kinesis('s'), async ([record], context) => {
        if (record !== undefined) context[verdict]({ ...record }, 'said of a copy');
        return {};
      });
      await assert.rejects(handlerOf(createTestHost(), worker)(wishes('done')), { code: 'unknown_record' });
    }
  });
});
