import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Platform } from '@verifiedfan/ports';
import { createManualClock, type ManualClock, temporaryDirectory } from '@verifiedfan/test-utils';
import { type ScheduleTick, schedule } from '@verifiedfan/worker';
import { createRig } from './support/rig.ts';
import { aWorker, CATALOGUE } from './support/workers.ts';

const MINUTE_MS = 60_000;
/** 10:00 on the day on which test data live. */
const TEN = '2026-01-05T10:';

const noting = (name = 'everyMinute') => {
  const ticks: string[] = [];
  const worker = aWorker(schedule(name), async ([record]) => {
    if (record !== undefined) ticks.push(new Date(record.data.atMs).toISOString());
    return {};
  });
  return { ticks, workers: { worker } };
};

describe('a schedule mapping', () => {
  it('fires once at each time of a rate, with that time', async (test) => {
    const { ticks, workers } = noting();
    const { clock, engine } = createRig(test, { workers });
    await clock.advance(30_000);
    await engine.start();
    await clock.waitForSleepers();
    for (let minute = 0; minute < 3; minute += 1) {
      await clock.advance(MINUTE_MS);
      await clock.waitForSleepers();
    }
    assert.deepEqual(ticks, [`${TEN}01:00.000Z`, `${TEN}02:00.000Z`, `${TEN}03:00.000Z`]);
  });

  it('fires at the time of a cron expression, once a day', async (test) => {
    const { ticks, workers } = noting('everyNoon');
    const { clock, engine } = createRig(test, { workers });
    await engine.start();
    for (let hour = 0; hour < 50; hour += 1) {
      await clock.waitForSleepers();
      await clock.advance(60 * MINUTE_MS);
    }
    await clock.waitForSleepers();
    assert.deepEqual(ticks, ['2026-01-05T12:00:00.000Z', '2026-01-06T12:00:00.000Z', '2026-01-07T12:00:00.000Z']);
  });

  it('does not make up for what fell into a stop', async (test) => {
    using directory = temporaryDirectory();
    const { ticks, workers } = noting();
    const clock = createManualClock();
    const runAMinute = async (): Promise<void> => {
      const rig = createRig(test, { workers, directory: directory.path, clock });
      await rig.engine.start();
      await clock.waitForSleepers();
      await clock.advance(MINUTE_MS);
      await clock.waitForSleepers();
      await rig.close();
    };
    await runAMinute();
    await clock.advance(10 * MINUTE_MS);
    await runAMinute();
    assert.deepEqual(ticks, [`${TEN}01:00.000Z`, `${TEN}12:00.000Z`]);
  });

  it('does not fire twice when it is started again within the minute, though the clock was set back', async (test) => {
    using directory = temporaryDirectory();
    const { ticks, workers } = noting();
    const clock = createManualClock();
    const first = createRig(test, { workers, directory: directory.path, clock });
    await first.engine.start();
    await clock.waitForSleepers();
    await clock.advance(MINUTE_MS);
    await clock.waitForSleepers();
    await first.close();
    // Half a second in front of the tick that has been.
    const earlier = createManualClock({ nowMs: clock.now() - 500 });
    const second = createRig(test, { workers, directory: directory.path, clock: earlier });
    await second.engine.start();
    await earlier.waitForSleepers();
    await earlier.advance(MINUTE_MS);
    assert.deepEqual(ticks, [`${TEN}01:00.000Z`]);
    await earlier.advance(MINUTE_MS);
    await earlier.waitForSleepers();
    assert.deepEqual(ticks, [`${TEN}01:00.000Z`, `${TEN}02:00.000Z`]);
    await second.close();
  });

  it('is not kept silent by a tick that was claimed while the clock was far ahead', async (test) => {
    const { ticks, workers } = noting();
    const { clock, engine, platform } = createRig(test, { workers });
    await platform.checkpoints.set('schedule/everyMinute/worker', String(clock.now() + 365 * 86_400_000));
    await engine.start();
    await clock.waitForSleepers();
    await clock.advance(MINUTE_MS);
    await clock.waitForSleepers();
    assert.deepEqual(ticks, [`${TEN}01:00.000Z`]);
  });

  it('does not fire twice for a timer that woke early', async (test) => {
    const { ticks, workers } = noting();
    const early = (clock: ManualClock): Platform['clock'] => ({
      now: () => clock.now(),
      sleep: (durationMs, signal) => clock.sleep(Math.max(1, durationMs - 3), signal),
    });
    const wrap = (platform: Platform): Platform => ({ ...platform, clock: early(clock) });
    const clock = createManualClock();
    const { engine } = createRig(test, { workers, clock, wrap });
    await engine.start();
    for (let step = 0; step < 4; step += 1) {
      await clock.waitForSleepers();
      await clock.advance(MINUTE_MS / 2);
    }
    assert.deepEqual(ticks, [`${TEN}01:00.000Z`, `${TEN}02:00.000Z`]);
  });

  it('serves two schedules of one worker', async (test) => {
    const ticks: string[] = [];
    const sources = [schedule('everyMinute'), schedule('everyOther')] as const;
    const worker = aWorker<ScheduleTick>(sources, async ([record]) => {
      ticks.push(`${record?.data.schedule} ${new Date(record?.data.atMs ?? 0).getUTCMinutes()}`);
      return {};
    });
    const everyOther = { kind: 'schedule', purpose: 'Stands in a test.', expression: 'rate(2 minutes)' } as const;
    const { clock, engine } = createRig(test, { workers: { worker }, catalogue: { ...CATALOGUE, everyOther } });
    await engine.start();
    for (let minute = 0; minute < 4; minute += 1) {
      await clock.waitForSleepers(2);
      await clock.advance(MINUTE_MS);
    }
    await clock.waitForSleepers(2);
    assert.deepEqual(ticks.toSorted(), [
      'everyMinute 1',
      'everyMinute 2',
      'everyMinute 3',
      'everyMinute 4',
      'everyOther 2',
      'everyOther 4',
    ]);
  });

  it('does not repeat a run that failed; the next one comes anyway', async (test) => {
    let runs = 0;
    const worker = aWorker(schedule('everyMinute'), async () => {
      runs += 1;
      throw new Error('not now');
    });
    const { clock, engine, failures } = createRig(test, { workers: { worker } });
    await engine.start();
    for (let minute = 0; minute < 2; minute += 1) {
      await clock.waitForSleepers();
      await clock.advance(MINUTE_MS);
    }
    await clock.waitForSleepers();
    assert.equal(runs, 2);
    assert.equal(failures.length, 2);
  });

  it('is nothing that an idle estate waits for', async (test) => {
    const { workers } = noting();
    const { engine } = createRig(test, { workers });
    await engine.start();
    await engine.settled();
  });
});
