import { PortError, type Table } from '@verifiedfan/ports';

/** What kills a call: before it has an effect, or after its effect but before its answer. */
export type Moment = 'before' | 'after';
export type FaultyCall = 'get' | 'getMany' | 'query' | 'updateMany' | 'transact';

export const lostConnection = (): PortError =>
  new PortError({ code: 'unavailable', message: 'the connection was lost', resource: 'table' });

/** A table whose nth call of one kind (1 is the next) fails once, at one moment. */
export const failingOnce = (table: Table, call: FaultyCall, nth: number, moment: Moment): Table => {
  let calls = 0;
  const guard = async <Answer>(kind: FaultyCall, run: () => Promise<Answer>): Promise<Answer> => {
    const fails = kind === call && ++calls === nth;
    if (fails && moment === 'before') throw lostConnection();
    const answer = await run();
    if (fails) throw lostConnection();
    return answer;
  };
  return {
    ...table,
    get: (key) => guard('get', () => table.get(key)),
    getMany: (keys) => guard('getMany', () => table.getMany(keys)),
    query: (query) => guard('query', () => table.query(query)),
    updateMany: (actions) => guard('updateMany', () => table.updateMany(actions)),
    transact: (actions, options) => guard('transact', () => table.transact(actions, options)),
  };
};

/** A table on which `interfere` happens once, right before the next call of one kind. */
export const interruptedBefore = (table: Table, call: FaultyCall, interfere: () => Promise<unknown>): Table => {
  let done = false;
  const first = async (kind: FaultyCall): Promise<void> => {
    if (done || kind !== call) return;
    done = true;
    await interfere();
  };
  return {
    ...table,
    get: async (key) => first('get').then(() => table.get(key)),
    query: async (query) => first('query').then(() => table.query(query)),
    updateMany: async (actions) => first('updateMany').then(() => table.updateMany(actions)),
    transact: async (actions, options) => first('transact').then(() => table.transact(actions, options)),
  };
};

export const EVERY_MOMENT: readonly Moment[] = ['before', 'after'];
