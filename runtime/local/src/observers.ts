import type { JsonValue } from '@verifiedfan/ports';
import { type PreparedWorker, toError, type WorkerLog } from '@verifiedfan/worker';

/** Somebody who follows what the workers do, for progress and reports. */
export type Observer = {
  /** One invocation ended with this answer. */
  invoked?(worker: string, answer: JsonValue): void;
  /** One invocation threw, or reported records to be retried. */
  failed?(worker: string, error: Error): void;
  /** Whole records were given up or rejected; parts of a record, such as lines of a file, are not told. */
  deadLettered?(worker: string, count: number): void;
};

export type Observers = Required<Observer> & {
  /** Follows the workers until the returned function is called. */
  add(observer: Observer): () => void;
};

/** Tells all observers. One that throws is logged: whoever looks on must not make a batch fail. */
export const createObservers = (log: WorkerLog): Observers => {
  const observers = new Set<Observer>();
  const tell = (call: (observer: Observer) => void): void => {
    for (const observer of observers) {
      try {
        call(observer);
      } catch (thrown) {
        log.error('an observer of the workers threw', { error: toError(thrown) });
      }
    }
  };
  return {
    invoked: (worker, answer) => tell((observer) => observer.invoked?.(worker, answer)),
    failed: (worker, error) => tell((observer) => observer.failed?.(worker, error)),
    deadLettered: (worker, count) => tell((observer) => observer.deadLettered?.(worker, count)),
    add(observer) {
      observers.add(observer);
      return () => void observers.delete(observer);
    },
  };
};

/** A worker whose whole dead letters are told of, once they are stored. */
export const observed = (prepared: PreparedWorker, observers: Observers): PreparedWorker => ({
  ...prepared,
  deadLetters: {
    ...prepared.deadLetters,
    async add(worker, rejections) {
      const added = await prepared.deadLetters.add(worker, rejections);
      const whole = rejections.filter(({ part }) => part !== true).length;
      if (whole > 0) observers.deadLettered(worker, whole);
      return added;
    },
  },
});
