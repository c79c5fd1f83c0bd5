import { setImmediate as nextTurn } from 'node:timers/promises';
import { PortError, type Queue, type RecordStream, type Table } from '@verifiedfan/ports';
import { currentInvocation, type Invocation, ProcessDiedError } from './invocation.ts';
import type { TestPlatform } from './platform.ts';

type CallFault = 'none' | 'before' | 'after' | 'some';

const throttled = (): PortError => new PortError({ code: 'throttled', message: 'the test throttles' });
/** The engine did its work, and the answer was lost. */
const unanswered = (): PortError => new PortError({ code: 'unavailable', message: 'the test loses the answer' });

/** Waits a few turns, so that what runs beside this mixes with it, and decides what happens to the call. */
const enter = async (): Promise<{ invocation: Invocation | undefined; fault: CallFault }> => {
  const invocation = currentInvocation();
  if (invocation === undefined) return { invocation, fault: 'none' };
  const { chance, faultPercent } = invocation;
  for (let turns = chance.between(0, 2); turns > 0; turns -= 1) await nextTurn();
  if (invocation.dead) throw new ProcessDiedError();
  invocation.calls += 1;
  if (invocation.calls === invocation.diesAtCall) {
    invocation.dead = true;
    // Half of the deaths come when the engine has the call already.
    if (chance.percent(50)) throw new ProcessDiedError();
    return { invocation, fault: 'after' };
  }
  return { invocation, fault: chance.percent(faultPercent) ? chance.oneOf(['before', 'after', 'some']) : 'none' };
};

const leave = (invocation: Invocation | undefined): never => {
  throw invocation?.dead === true ? new ProcessDiedError() : unanswered();
};

/** A call that reads: it is answered, or throttled. */
const reading = async <Result>(read: () => Promise<Result>): Promise<Result> => {
  const { fault } = await enter();
  if (fault === 'before' || fault === 'some') throw throttled();
  return read();
};

/** A call that writes many: all of it may fail before or behind the work, or some entries alone, done or not. */
const writing = async <Entry, Result>(
  entries: readonly Entry[],
  write: (entries: readonly Entry[]) => Promise<Result[]>,
  failed: (error: Error) => Result,
): Promise<Result[]> => {
  const { invocation, fault } = await enter();
  if (fault === 'before') throw throttled();
  if (fault === 'none' || invocation === undefined) return write(entries);
  if (fault === 'after') {
    await write(entries);
    return leave(invocation);
  }
  const fates = entries.map(() =>
    invocation.chance.percent(40) ? invocation.chance.oneOf(['not done', 'done']) : 'told',
  );
  const results = await write(entries.filter((_, at) => fates[at] !== 'not done'));
  let next = 0;
  return fates.map((fate) => {
    const result = fate === 'not done' ? undefined : results[next++];
    return fate === 'told' && result !== undefined ? result : failed(throttled());
  });
};

/** A call of a service: it is refused before, or its answer is lost behind the work. */
export const calling = async <Result>(call: () => Promise<Result>): Promise<Result> => {
  const { invocation, fault } = await enter();
  if (fault === 'before') throw throttled();
  const result = await call();
  return fault === 'none' ? result : leave(invocation);
};

const faultyTable = (table: Table): Table => ({
  ...table,
  get: (key) => reading(() => table.get(key)),
  getMany: (keys) => reading(() => table.getMany(keys)),
  query: (query) => reading(() => table.query(query)),
  updateMany: (actions) =>
    writing(
      actions,
      (some) => table.updateMany(some),
      (error) => ({ outcome: 'failed', error }),
    ),
});

const faultyStream = (stream: RecordStream): RecordStream => ({
  ...stream,
  putMany: (entries) =>
    writing(
      entries,
      (some) => stream.putMany(some),
      (error) => ({ error }),
    ),
});

const faultyQueue = (queue: Queue): Queue => ({
  ...queue,
  sendMany: (messages) =>
    writing(
      messages,
      (some) => queue.sendMany(some),
      (error) => ({ error }),
    ),
});

/** The same platform, whose calls fail, mix and die as the running invocation says. */
export const withFaults = (platform: TestPlatform): TestPlatform => ({
  ...platform,
  table: (name) => faultyTable(platform.table(name)),
  stream: (name) => faultyStream(platform.stream(name)),
  queue: (name) => faultyQueue(platform.queue(name)),
});
