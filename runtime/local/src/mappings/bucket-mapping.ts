import type { BucketNotifications, ObjectCreated } from '@verifiedfan/ports';
import { invoke, type PreparedWorker, type Source, s3Event, toError } from '@verifiedfan/worker';
import type { BackOff } from './back-off.ts';
import { createGate, type Gate } from './gate.ts';
import { keepRunning, keepTrying } from './keep-running.ts';
import type { Mapping, MappingEvents } from './mapping.ts';
import { findReady, type Uploads, waitForUpload } from './uploads.ts';

export type BucketMappingOptions = {
  prepared: PreparedWorker;
  source: Source;
  notifications: BucketNotifications & Uploads;
  /** Calls in all before the event goes to the dead letters. @default 3, as for Lambda's asynchronous invocations */
  maxAttempts?: number;
  /** Uploads of different keys at once; those of one key run one after the other. @default 2 */
  concurrency?: number;
  events: MappingEvents;
  backOff: BackOff;
  signal: AbortSignal;
};

/** Tells a worker of uploads, at least once, in order per key. An upload stays pending until the worker is done with it. */
export const startBucketMapping = (options: BucketMappingOptions): Mapping => {
  const { prepared, source, notifications, signal, events, concurrency = 2 } = options;
  const gate = createGate(prepared);
  /** By key. */
  const running = new Map<string, Promise<void>>();
  let slotFreed = Promise.withResolvers<void>();
  const begin = (upload: ObjectCreated): void => {
    events.began();
    const work = deliver(options, gate, upload).then(() => {
      running.delete(upload.info.key);
      slotFreed.resolve();
      events.progressed();
    });
    running.set(upload.info.key, work);
  };
  const step = async (): Promise<void> => {
    await gate.open(signal);
    if (signal.aborted) return;
    slotFreed = Promise.withResolvers<void>();
    const free = concurrency - running.size;
    const { ready, last } = await findReady(notifications, { most: free, isRunning: (key) => running.has(key) });
    for (const upload of ready) begin(upload);
    const hasRoom = running.size < concurrency;
    await waitForUpload({ notifications, slotFreed: slotFreed.promise, after: hasRoom ? last : undefined, signal });
  };
  const run = async (): Promise<void> => {
    await keepRunning(options, step);
    await Promise.all(running.values());
  };
  return {
    worker: prepared.name,
    resource: source.resource,
    finished: run(),
    paused: gate.paused,
    busy: () => running.size > 0,
    waiting: async () =>
      (await notifications.pending({ limit: 1 })).length > 0 || (await notifications.hasHidden?.()) === true,
  };
};

/** An acknowledgement that fails is repeated alone: the worker is done with the upload. */
const deliver = async (options: BucketMappingOptions, gate: Gate, upload: ObjectCreated): Promise<void> => {
  let isDone = false;
  await keepTrying(options, async () => {
    isDone ||= await callUntilDone(options, gate, upload);
    if (isDone) await options.notifications.acknowledge(upload.id);
  });
};

/** Calls the worker until it is done with the upload or has failed too often; false when a stop came first. Attempts are counted over restarts. */
const callUntilDone = async (options: BucketMappingOptions, gate: Gate, upload: ObjectCreated): Promise<boolean> => {
  const { prepared, notifications, events, backOff, signal, maxAttempts = 3 } = options;
  for (let attempt = upload.attempts + 1; ; attempt += 1) {
    // Before every attempt: those of a worker that was switched off meanwhile would all fail, and give the upload up.
    await gate.open(signal);
    if (signal.aborted) return false;
    try {
      events.invoked(prepared.name, await invoke(prepared, s3Event(upload.bucket, upload.info), { signal }));
      return true;
    } catch (thrown) {
      // A stop is not a failed attempt: the upload stays pending for the next start.
      if (signal.aborted) return false;
      events.failed(prepared.name, toError(thrown));
      await notifications.attempted(upload.id);
      if (attempt >= maxAttempts) {
        await giveUp(options, upload, attempt);
        return true;
      }
      await backOff(attempt + BACK_OFF_START, signal);
    }
  }
};

/** There are few attempts, so the pauses between them begin longer: 1.6 and 3.2 s at most with the usual back-off. */
const BACK_OFF_START = 3;

const giveUp = async (
  { prepared, source }: BucketMappingOptions,
  upload: ObjectCreated,
  attempts: number,
): Promise<void> => {
  const event = s3Event(upload.bucket, upload.info);
  const { records } = source.decode(event, { correlation: upload.id, nowMs: upload.createdAtMs });
  const position = records[0]?.meta.position ?? `${upload.bucket}/${upload.id}`;
  const reason = `given up after ${attempts} attempts`;
  await prepared.deadLetters.add(prepared.name, [{ position, reason, payload: event.Records[0] ?? null }]);
};
