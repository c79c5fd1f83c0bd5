import { writeSync } from 'node:fs';
import { PortError } from '@verifiedfan/ports';
import {
  createSeededRandom,
  openFolderBucket,
  openQueueStore,
  openSqliteDatabase,
  systemClock,
} from '../../src/index.ts';

// Runs in a process of its own, until it is killed. Every line is written in one piece and straight to the pipe, after the
// acknowledgement that it stands for.

const [what = '', location = ''] = process.argv.slice(2);
const random = createSeededRandom('writer');
const report = (line: string): void => void writeSync(1, `${line}\n`);

const sendForEver = async (): Promise<void> => {
  const store = openQueueStore({ location, clock: systemClock, random });
  const queue = store.queue('orders', { visibilitySeconds: 3_600 });
  for (let batch = 0; ; batch += 1) {
    await queue.sendMany(Array.from({ length: 20 }, (_, index) => ({ body: `${batch}:${index}` })));
    report(`sent ${batch}`);
    const [message] = await queue.receive({ max: 1 });
    report(`received ${message?.body}`);
    if (batch % 2 === 0) continue;
    await queue.deleteMany([message?.receiptHandle ?? '']);
    report(`deleted ${message?.body}`);
  }
};

const writeForEver = async (): Promise<void> => {
  const database = openSqliteDatabase({ location, random });
  const fans = database.collection('fans', {
    indexes: [
      {
        name: 'batch',
        fields: [
          ['batch', 1],
          ['index', 1],
        ],
        unique: true,
      },
    ],
  });
  for (let batch = 0; ; batch += 1) {
    const operations = Array.from({ length: 50 }, (_, index) => ({
      updateOne: { filter: { _id: `${index}` }, update: { $set: { batch, index }, $inc: { writes: 1 } }, upsert: true },
    }));
    await fans.bulkWrite(operations);
    report(`${batch}`);
  }
};

const putForEver = async (): Promise<void> => {
  const bucket = openFolderBucket({ location, clock: systemClock, random });
  for (let number = 0; ; number += 1) {
    const chunk = Buffer.from(`${number};`.repeat(5_000));
    const result = await bucket.put({
      key: `key ${number % 3}`,
      body: (async function* () {
        for (let part = 0; part < 20; part += 1) yield chunk;
      })(),
    });
    if (result.outcome === 'stored') report(`${number} ${result.info.version} ${result.info.etag}`);
  }
};

/** Says why the queues cannot be opened. */
const tryToOpen = async (): Promise<void> => {
  try {
    openQueueStore({ location, clock: systemClock, random }).close();
    report('opened');
  } catch (error) {
    report(error instanceof PortError ? error.code : String(error));
  }
};

/** Uploads over an object more than the process may write, and tells how that went. */
const putTooMuch = async (): Promise<void> => {
  const bucket = openFolderBucket({ location, clock: systemClock, random });
  await bucket.put({ key: 'a', body: 'earlier' });
  await bucket.put({ key: 'a', body: Buffer.alloc(2_000_000) }).catch((error: unknown) => {
    report(error instanceof PortError ? error.code : String(error));
  });
  const found = await bucket.get({ key: 'a' });
  report(String(await found?.body.toArray()));
  report(`${(await bucket.versions('a')).length}`);
  bucket.close();
};

const writers: Readonly<Record<string, () => Promise<void>>> = {
  queue: sendForEver,
  collection: writeForEver,
  bucket: putForEver,
  locked: tryToOpen,
  full: putTooMuch,
};
await writers[what]?.();
