import type { BucketNotifications, JsonValue, ObjectCreated } from '@verifiedfan/ports';
import { invoke, type PreparedWorker, type Source, s3Event, toError } from '@verifiedfan/worker';
import type { BackOff } from './back-off.ts';
import type { Mapping, MappingEvents } from './mapping.ts';

export type BucketMappingOptions = {
  prepared: PreparedWorker;
  source: Source;
  notifications: BucketNotifications;
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
  const running = new Map<string, Promise<void>>();
  const begin = (upload: ObjectCreated): void => {
    const work = deliver(options, upload).finally(() => {
      running.delete(upload.info.key);
      events.progressed();
      wake.resolve();
    });
    running.set(upload.info.key, work);
  };
  let wake = Promise.withResolvers<void>();
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const pending = await notifications.pending({ limit: 100 });
      const ready = firstOfEachKey(pending).filter(({ info }) => !running.has(info.key));
      if (ready.length === 0 && pending.length === 0 && running.size === 0) {
        await notifications.waitForNotifications(signal);
        continue;
      }
      for (const upload of ready.slice(0, Math.max(0, concurrency - running.size))) begin(upload);
      await Promise.race([wake.promise, arrivalOrAbort(notifications, signal, pending.length)]);
      wake = Promise.withResolvers<void>();
    }
    await Promise.allSettled(running.values());
  };
  return {
    worker: prepared.name,
    resource: source.resource,
    finished: run(),
    idle: async () => running.size === 0 && (await notifications.pending({ limit: 1 })).length === 0,
  };
};

/** While uploads are pending the notification fires at once, so only the end of a running one, or a stop, wakes the loop. */
const arrivalOrAbort = (notifications: BucketNotifications, signal: AbortSignal, pending: number): Promise<void> =>
  pending === 0
    ? notifications.waitForNotifications(signal)
    : new Promise((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });

const firstOfEachKey = (uploads: readonly ObjectCreated[]): ObjectCreated[] => {
  const keys = new Set<string>();
  return uploads.filter(({ info }) => !keys.has(info.key) && keys.add(info.key));
};

const deliver = async (options: BucketMappingOptions, upload: ObjectCreated): Promise<void> => {
  const { prepared, notifications, events, backOff, signal, maxAttempts = 3 } = options;
  const event = s3Event(upload.bucket, upload.info);
  for (let attempt = upload.attempts + 1; !signal.aborted; attempt += 1) {
    try {
      events.invoked(prepared.name, await invoke(prepared, event, { signal }));
      await notifications.acknowledge(upload.id);
      return;
    } catch (thrown) {
      // A stop is not a failed attempt: the upload stays pending for the next start.
      if (signal.aborted) return;
      events.failed(prepared.name, toError(thrown));
      await notifications.attempted(upload.id);
      if (attempt >= maxAttempts) return giveUp(options, upload, attempt);
      await backOff(attempt + 3, signal);
    }
  }
};

const giveUp = async (
  { prepared, notifications }: BucketMappingOptions,
  upload: ObjectCreated,
  attempts: number,
): Promise<void> => {
  const position = `${upload.bucket}/upload/${upload.info.sequencer}`;
  const reason = `given up after ${attempts} attempts`;
  const { Records } = s3Event(upload.bucket, upload.info) as { Records: JsonValue[] };
  await prepared.deadLetters.add(prepared.name, [{ position, reason, payload: Records[0] ?? null }]);
  await notifications.acknowledge(upload.id);
};
