import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ActionResult, Clock, TransactResult } from '@verifiedfan/ports';
import type { Prepared } from '@verifiedfan/ports/table-rules';
import { toPortError } from './errors.ts';
import type { Evaluator, Scene, TableState, TransactRequest } from './evaluate.ts';
import type { Store } from './store.ts';
import type { Look } from './table-look.ts';
import type { Group, Writer } from './writer.ts';

/** Something to evaluate in the order of calls; `run` answers, `settle` is called when the answer is durable. */
type Job = {
  readonly actions: readonly Prepared[];
  readonly token: string | undefined;
  run(scene: Scene): () => void;
  reject(error: Error): void;
};

export type TableWriter = {
  update(actions: readonly Prepared[]): Promise<ActionResult[]>;
  transact(request: TransactRequest): Promise<TransactResult>;
  /** Resolves when nothing waits to be evaluated. */
  idle(): Promise<void>;
};

/** Rows evaluated without giving other work on this thread a turn. */
const ROUND_ROWS = 2_000;

/**
 * Evaluates calls one after the other against the latest rows and hands their writes to the group commit. No lock is held while LevelDB
 * writes: a row that is written but not durable yet is found in the pending groups, so the next call builds on it at once. While rows are
 * being read, nobody else evaluates; whatever arrives meanwhile shares the next read. So no update is lost, and rows that many calls
 * want are read once.
 */
export const createTableWriter = ({
  name,
  enter,
  writer,
  look,
  evaluator,
  clock,
}: {
  name: string;
  enter: () => Promise<Store>;
  writer: Writer<TableState>;
  look: Look;
  evaluator: Evaluator;
  clock: Clock;
}): TableWriter => {
  const waiting: Job[] = [];
  let working: Promise<void> | undefined;

  /** Evaluates jobs in one turn of the event loop, once everything they touch is known. */
  const evaluate = async (jobs: readonly Job[]): Promise<void> => {
    const store = await enter();
    const failures = writer.failures();
    const nowMs = clock.now();
    const seen = await look(store, jobs, nowMs).catch((error: unknown) => ({ error }));
    // A write failed while we read: what we saw of pending rows never came to be, and the store may have been closed under our hands.
    if (writer.failures() !== failures) return evaluate(jobs);
    if ('error' in seen) throw seen.error;
    const { view, expired } = seen;
    let collecting: Group<TableState> | undefined;
    const group = (): Group<TableState> => {
      collecting ??= writer.group(store);
      return collecting;
    };
    for (const key of expired) group().batch.del(key);
    const answers = jobs.map((job) => ({ job, answer: run(job, { view, nowMs, group }) }));
    // Also a call that wrote nothing waits: it may have seen rows that are not durable yet.
    writer.commit().then(
      () => {
        for (const { answer } of answers) answer?.();
      },
      (error: Error) => {
        for (const { job } of answers) job.reject(error);
      },
    );
  };

  const run = (job: Job, scene: Scene): (() => void) | undefined => {
    try {
      return job.run(scene);
    } catch (error) {
      job.reject(toPortError(error, name));
      return undefined;
    }
  };

  const takeRound = (): Job[] => {
    let rows = 0;
    let count = 0;
    for (const { actions } of waiting) {
      if (count > 0 && rows + actions.length > ROUND_ROWS) break;
      rows += actions.length;
      count++;
    }
    return waiting.splice(0, count);
  };

  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      const jobs = takeRound();
      await evaluate(jobs).catch((error: unknown) => {
        for (const job of jobs) job.reject(toPortError(error, name));
      });
      if (waiting.length > 0) await nextTurn();
    }
    working = undefined;
  };

  const enqueue = <Answer>(
    job: Pick<Job, 'actions' | 'token'> & { answer: (scene: Scene) => Answer },
  ): Promise<Answer> => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const { actions, token, answer } = job;
    waiting.push({
      actions,
      token,
      reject,
      run(scene) {
        const result = answer(scene);
        return () => resolve(result);
      },
    });
    working ??= work();
    return promise;
  };

  return {
    async update(actions) {
      const parts: Promise<ActionResult[]>[] = [];
      for (let start = 0; start < actions.length; start += ROUND_ROWS) {
        const some = actions.slice(start, start + ROUND_ROWS);
        const answer = (scene: Scene) => some.map((action) => evaluator.update(scene, action));
        parts.push(enqueue({ actions: some, token: undefined, answer }));
      }
      return (await Promise.all(parts)).flat();
    },
    transact: (request) =>
      enqueue({
        actions: request.actions,
        token: request.token,
        answer: (scene) => evaluator.transact(scene, request),
      }),
    async idle() {
      await working;
    },
  };
};
