import { AsyncLocalStorage } from 'node:async_hooks';
import type { Chance } from './chance.ts';

/** One run of a worker inside of a history, with what is going to happen to it. */
export type Invocation = {
  chance: Chance;
  /** Percent of the calls of ports that fail. */
  faultPercent: number;
  /** The call of a port at which the process dies; nothing that it does afterwards has an effect. */
  diesAtCall: number | undefined;
  calls: number;
  dead: boolean;
};

const storage = new AsyncLocalStorage<Invocation>();

export const runInvocation = <Result>(
  options: Pick<Invocation, 'chance' | 'faultPercent' | 'diesAtCall'>,
  run: () => Promise<Result>,
): Promise<Result> => storage.run({ ...options, calls: 0, dead: false }, run);

/** Undefined for what a test does itself, which never fails. */
export const currentInvocation = (): Invocation | undefined => storage.getStore();

/** The process is gone. Permanent faults are dead-lettered, and a dead process writes no dead letters, so this one may be tried again. */
export class ProcessDiedError extends Error {
  override readonly name = 'ProcessDiedError';
  readonly code = 'process_died';
  readonly retryable = true;
}
