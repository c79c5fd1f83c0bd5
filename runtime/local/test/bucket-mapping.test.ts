import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Platform } from '@verifiedfan/ports';
import { createGate, createProbe, nextTurn, temporaryDirectory } from '@verifiedfan/test-utils';
import { s3, type UploadedObject } from '@verifiedfan/worker';
import { createRig, letTimePassUntil, type Rig } from './support/rig.ts';
import { aWorker, type Handle } from './support/workers.ts';

const upload = async ({ platform }: Rig, key: string, body = 'text'): Promise<void> => {
  await platform.bucket('bucket').put({ key, body });
};
const pendingOf = ({ platform }: Rig) => platform.notifications('bucket').pending({ limit: 100 });
const taking = (handle: Handle<UploadedObject>) => ({ worker: aWorker(s3('bucket'), handle) });

describe('a bucket mapping', () => {
  it('tells keys as they are, whatever characters are in them', async (test) => {
    const keys = ['../up/../../etc', 'a+b c', '100%', '%2F', 'Zürich/東京 🎫.csv', "it's (~here*)", '/leading'];
    const seen: string[] = [];
    const workers = taking(async ([record]) => {
      if (record !== undefined) seen.push(record.data.key);
      return {};
    });
    const rig = createRig(test, { workers });
    for (const key of keys) await upload(rig, key);
    await rig.engine.start();
    await rig.settle();
    assert.deepEqual(seen.toSorted(), keys.toSorted());
    assert.deepEqual(await pendingOf(rig), []);
  });

  it('acknowledges an upload only when the worker is done with it', async (test) => {
    const begun = createGate();
    const door = createGate();
    const workers = taking(async () => {
      begun.open();
      await door.wait();
      return {};
    });
    const rig = createRig(test, { workers });
    await upload(rig, 'a');
    await rig.engine.start();
    await begun.wait();
    assert.equal((await pendingOf(rig)).length, 1);
    door.open();
    await rig.settle();
    assert.equal((await pendingOf(rig)).length, 0);
  });

  it('works on different keys at once, and on the uploads of one key in order', async (test) => {
    const begun = createProbe<string>();
    const doors = new Map([1, 2, 3].map((size) => [size, createGate()]));
    const workers = taking(async ([record]) => {
      const { key = '', size = 0 } = record?.data ?? {};
      begun.note(`${key}${size}`);
      await doors.get(size)?.wait();
      return {};
    });
    const rig = createRig(test, { workers });
    await rig.engine.start();
    await upload(rig, 'a', '1');
    await begun.first(1);
    await upload(rig, 'a', '22');
    await upload(rig, 'b', '333');
    assert.deepEqual(await begun.first(2), ['a1', 'b3'], 'b did not wait for a, and a did not overtake itself');
    for (const door of doors.values()) door.open();
    await rig.settle();
    assert.deepEqual(begun.values, ['a1', 'b3', 'a2']);
  });

  it('tries three times with pauses, then gives the upload to the dead letters and lets the next one of the key in', async (test) => {
    const attempts: (number | undefined)[] = [];
    const workers = taking(async ([record]) => {
      attempts.push(record?.data.size);
      if (record?.data.size === 1) throw new Error('never');
      return {};
    });
    const rig = createRig(test, { workers });
    await upload(rig, 'a b', '1');
    await upload(rig, 'a b', '22');
    await rig.engine.start();
    await rig.settle();
    assert.deepEqual(attempts, [1, 1, 1, 2]);
    const letters = await rig.letters();
    assert.equal(letters.length, 1);
    assert.equal(letters[0]?.reason, 'given up after 3 attempts');
    assert.match(letters[0]?.position ?? '', /^bucket\/a\+b@/);
    assert.deepEqual(await pendingOf(rig), []);
  });

  it('counts attempts over restarts', async (test) => {
    using directory = temporaryDirectory();
    let attempts = 0;
    const failed = createProbe<number>();
    const workers = taking(async () => {
      attempts += 1;
      failed.note(attempts);
      throw new Error('never');
    });
    const first = createRig(test, { workers, directory: directory.path });
    await upload(first, 'a');
    await first.engine.start();
    await first.clock.waitForSleepers();
    await first.close();
    assert.equal(attempts, 1);
    const second = createRig(test, { workers, directory: directory.path });
    await second.engine.start();
    await second.settle();
    assert.equal(attempts, 3);
    assert.equal((await second.letters()).length, 1);
    await second.close();
  });

  it('counts no attempt for what a stop interrupted', async (test) => {
    using directory = temporaryDirectory();
    const begun = createGate();
    const workers = taking(async (_records, { signal }) => {
      begun.open();
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      throw new Error('asked to stop');
    });
    const rig = createRig(test, { workers, directory: directory.path });
    await upload(rig, 'a');
    await rig.engine.start();
    await begun.wait();
    await rig.engine.stop({ graceMs: Number.POSITIVE_INFINITY });
    assert.deepEqual(
      (await pendingOf(rig)).map(({ attempts }) => attempts),
      [0],
    );
    assert.deepEqual(rig.failures, []);
    await rig.close();
  });

  it('repeats a failing acknowledgement alone', async (test) => {
    let calls = 0;
    let faults = 2;
    const workers = taking(async () => {
      calls += 1;
      return {};
    });
    const wrap = (platform: Platform): Platform => ({
      ...platform,
      notifications: (name) => {
        const notifications = platform.notifications(name);
        return {
          ...notifications,
          acknowledge: (id) => {
            faults -= 1;
            return faults < 0 ? notifications.acknowledge(id) : Promise.reject(new Error('locked'));
          },
        };
      },
    });
    const rig = createRig(test, { workers, wrap });
    await upload(rig, 'a');
    await rig.engine.start();
    await letTimePassUntil(rig.clock, rig.engine.settled());
    assert.equal(calls, 1);
    assert.equal(rig.failures.length, 2);
    assert.deepEqual(await pendingOf(rig), []);
  });

  it('finds a key behind more uploads of another key than fit a page', async (test) => {
    const door = createGate();
    const begun = createProbe<string>();
    const workers = taking(async ([record]) => {
      begun.note(record?.data.key ?? '');
      if (begun.values.length === 1) await door.wait();
      return {};
    });
    const rig = createRig(test, { workers });
    for (let index = 0; index < 120; index += 1) await upload(rig, 'many');
    await upload(rig, 'one');
    await rig.engine.start();
    assert.deepEqual(await begun.first(2), ['many', 'one']);
    door.open();
    await rig.settle();
    assert.equal(begun.values.length, 121);
  });

  it('counts what a process that died had received as waiting: it will be told again', async (test) => {
    let hidden = true;
    const workers = taking(async () => ({}));
    const wrap = (platform: Platform): Platform => {
      const notifications = (name: string) => ({ ...platform.notifications(name), hasHidden: async () => hidden });
      return { ...platform, notifications };
    };
    const rig = createRig(test, { workers, wrap });
    await rig.engine.start();
    let isSettled = false;
    const settled = rig.engine.settled().then(() => {
      isSettled = true;
    });
    await upload(rig, 'a');
    while ((await pendingOf(rig)).length > 0 || rig.answers.length === 0) await nextTurn();
    assert.equal(isSettled, false);
    hidden = false;
    await upload(rig, 'b');
    await settled;
  });
});
