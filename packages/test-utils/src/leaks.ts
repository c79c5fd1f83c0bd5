import { nextTurn } from './clock.ts';
import { TestUtilsError } from './errors.ts';

/** Turns of the event loop that a closing socket or file may take; turns, not time, so that a slow machine changes nothing. */
const TURNS = 200;

export type LeakCheck = {
  /** Throws `leak`, naming the kinds of resources, when something is running that was not there at the start. */
  verify(): Promise<void>;
};

/**
 * Remembers what keeps the process alive now (timers, servers, sockets, child processes) and says later what has been added. Call it
 * before the first thing is started and `verify` after the last one was closed. Resources that are `unref`ed do not count.
 */
export const createLeakCheck = (): LeakCheck => {
  const before = countResources();
  return {
    async verify() {
      let added = difference(before);
      for (let turn = 0; turn < TURNS && added.length > 0; turn += 1) {
        await nextTurn();
        added = difference(before);
      }
      if (added.length > 0) throw new TestUtilsError('leak', `still running: ${added.join(', ')}`);
    },
  };
};

/** Checks a whole test: call it first, and the check runs after the test's other hooks. */
export const failOnLeaks = (owner: { after(check: () => Promise<void>): void }): void => {
  const { verify } = createLeakCheck();
  owner.after(verify);
};

/** `Immediate` is the turn that this check itself waits for. */
const countResources = (): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== 'Immediate') counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
};

const difference = (before: ReadonlyMap<string, number>): string[] =>
  [...countResources()]
    .filter(([kind, count]) => count > (before.get(kind) ?? 0))
    .map(([kind, count]) => `${count - (before.get(kind) ?? 0)} × ${kind}`);
