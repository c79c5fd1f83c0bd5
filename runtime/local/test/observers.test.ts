import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kinesis } from '@verifiedfan/worker';
import { addCounters, type Observer } from '../src/index.ts';
import { createRig, put } from './support/rig.ts';
import { aWorker } from './support/workers.ts';

const rejecting = aWorker(kinesis('stream'), async (records, { reject, deadLetter }) => {
  const [first] = records;
  if (first !== undefined) reject(first, 'it is bad');
  await deadLetter([{ position: 'line 1', reason: 'it is bad', payload: null }]);
  return { count: { in: records.length } };
});

describe('an observer of the workers', () => {
  it('is told of answers and of whole dead letters, until it looks away', async (test) => {
    const told: string[] = [];
    const rig = createRig(test, { workers: { rejecting } });
    const lookAway = rig.engine.observe({
      invoked: (worker, answer) => void told.push(`${worker} ${JSON.stringify(answer)}`),
      deadLettered: (worker, count) => void told.push(`${worker} gave up ${count}`),
    });
    await put(rig, 'stream', [1, 2]);
    await rig.engine.start();
    await rig.engine.settled();
    assert.deepEqual(told, ['rejecting gave up 1', 'rejecting {"count":{"in":2}}']);
    lookAway();
    await put(rig, 'stream', [3]);
    await rig.engine.settled();
    assert.equal(told.length, 2);
  });

  it('fails no batch by throwing', async (test) => {
    const throwing: Observer = {
      invoked: () => {
        throw new Error('clumsy');
      },
    };
    const rig = createRig(test, { workers: { rejecting } });
    rig.engine.observe(throwing);
    await put(rig, 'stream', [1]);
    await rig.engine.start();
    await rig.settle();
    assert.deepEqual(rig.failures, []);
    assert.equal(rig.answers.length, 1);
  });
});

describe('addCounters', () => {
  it('adds numbers at every depth and passes over everything else', () => {
    const total = addCounters({ in: 1, dynamo: { out: 2 } }, { in: 2, dynamo: { out: 3, failed: 1 }, note: 'text' });
    assert.deepEqual(total, { in: 3, dynamo: { out: 5, failed: 1 } });
    assert.deepEqual(addCounters(total, ['no', 'counters']), total);
    assert.deepEqual(addCounters(total, null), total);
  });
});
