import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { openFolderBucket, systemClock, systemRandom } from '@verifiedfan/embedded';
import { withFreshWaits } from '@verifiedfan/platform';
import { failOnLeaks, nextTurn, temporaryDirectory } from '@verifiedfan/test-utils';

const open = (test: TestContext) => {
  failOnLeaks(test);
  const location = temporaryDirectory(test).join('files');
  const bucket = withFreshWaits(
    openFolderBucket({ name: 'files', location, clock: systemClock, random: systemRandom }),
  );
  const upload = (key: string) => bucket.put({ key, body: Buffer.from(key) });
  const never = new AbortController().signal;
  return { bucket, upload, never };
};

/** Whether a wait is over after a few turns, which is more than it needs once it may end. */
const isOver = async (wait: Promise<void>): Promise<boolean> => {
  let over = false;
  void wait.then(() => {
    over = true;
  });
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  return over;
};

describe('withFreshWaits', () => {
  it('waits for the first upload, and not for one that is there', async (test) => {
    const { bucket, upload, never } = open(test);
    const wait = bucket.waitForNotifications(never);
    assert.equal(await isOver(wait), false);
    await upload('a');
    await wait;
    await bucket.waitForNotifications(never);
    bucket.close();
  });

  it('waits for an upload behind one that was seen, which is still pending', async (test) => {
    const { bucket, upload, never } = open(test);
    await upload('a');
    const [first] = await bucket.pending({ limit: 1 });
    const wait = bucket.waitForNotifications(never, first?.id ?? '');
    assert.equal(await isOver(wait), false);
    await upload('b');
    await wait;
    assert.equal((await bucket.pending({ limit: 10 })).length, 2);
    bucket.close();
  });

  it('wakes everybody who waits', async (test) => {
    const { bucket, upload, never } = open(test);
    const waits = [bucket.waitForNotifications(never), bucket.waitForNotifications(never)];
    await upload('a');
    await Promise.all(waits);
    bucket.close();
  });

  it('ends when the signal aborts, before or while it waits, and when the bucket closes', async (test) => {
    const { bucket } = open(test);
    const stopping = new AbortController();
    const wait = bucket.waitForNotifications(stopping.signal);
    stopping.abort();
    await wait;
    await bucket.waitForNotifications(stopping.signal);
    const last = bucket.waitForNotifications(new AbortController().signal);
    assert.equal(await isOver(last), false);
    bucket.close();
    await last;
  });

  it('sleeps on when an upload was refused', async (test) => {
    const { bucket, upload } = open(test);
    await upload('a');
    const [first] = await bucket.pending({ limit: 1 });
    const stopping = new AbortController();
    const wait = bucket.waitForNotifications(stopping.signal, first?.id ?? '');
    await bucket.put({ key: 'a', body: 'b', ifAbsent: true });
    assert.equal(await isOver(wait), false);
    stopping.abort();
    await wait;
    bucket.close();
  });
});
