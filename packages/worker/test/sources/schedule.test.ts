import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeScheduleInput, makeSqsInput } from '@verifiedfan/test-utils';
import { schedule, scheduleEvent } from '../../src/index.ts';
import { CONTEXT } from '../support/workers.ts';

const source = schedule('refresh');
const atMs = Date.UTC(2026, 0, 5, 10);
const dataOf = (event: unknown) => source.decode(event, CONTEXT).records[0]?.data;

describe('schedule', () => {
  it('decodes a tick of a rule and of the Scheduler, whose detail is text', () => {
    for (const kind of ['rule', 'scheduler'] as const) {
      const event = makeScheduleInput({ name: 'refresh', atMs, kind, id: 'tick-1' });
      assert.ok(source.recognises(event));
      assert.deepEqual(source.decode(event, CONTEXT), {
        records: [
          {
            data: { atMs, schedule: 'refresh' },
            meta: {
              source: 'schedule',
              id: 'tick-1',
              position: 'refresh/tick-1',
              correlation: 'invocation-1',
              timeMs: atMs,
            },
          },
        ],
        raw: [event],
        undecodable: [],
      });
    }
  });

  it('hands over what the rule sends along', () => {
    const event = makeScheduleInput({ atMs });
    assert.deepEqual(dataOf({ ...event, detail: { full: true } })?.input, { full: true });
    assert.deepEqual(dataOf({ ...event, detail: '{"full":true}' })?.input, { full: true });
    assert.equal(dataOf({ ...event, detail: 'no JSON' })?.input, undefined);
  });

  it('takes the time of the invocation where the event says none', () => {
    assert.equal(dataOf({ source: 'aws.events' })?.atMs, CONTEXT.nowMs);
  });

  it('writes events as EventBridge does', () => {
    const event = scheduleEvent({ name: 'refresh', atMs: atMs + 999, id: 'tick-1' });
    const sample = makeScheduleInput({ name: 'refresh', atMs, id: 'tick-1' });
    assert.deepEqual(Object.keys(event as object), Object.keys(sample));
    assert.equal((event as { time: string }).time, sample.time);
  });

  it('recognises no other source', () => {
    assert.ok(!source.recognises(makeSqsInput([{ body: 1 }])));
    assert.ok(!source.recognises({ source: 'aws.s3' }));
  });
});
