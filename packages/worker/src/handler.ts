import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { createDeadLetters } from './dead-letters.ts';
import type { Worker } from './define-worker.ts';
import { toError, WorkerError } from './errors.ts';
import { withInvocation } from './invocation.ts';
import { runMiddlewares } from './middlewares.ts';
import type { Batch, WorkerRecord } from './record.ts';
import { runBatch } from './run-batch.ts';
import { createServiceKit, type WorkerHost } from './service-kit.ts';
import { isObject, recordsOf, type Source } from './source.ts';

/** The members of a Lambda context that are used; a test or the local runtime may give these alone. */
export type InvocationContext = {
  awsRequestId?: string;
  getRemainingTimeInMillis?: () => number;
  signal?: AbortSignal;
};
export type Handler = (event: unknown, context?: InvocationContext) => Promise<JsonValue>;

export type HandlerOptions = { name: string; worker: Worker; host: WorkerHost };

/** The table in which every worker's dead letters are kept. */
export const DEAD_LETTER_TABLE = 'deadLetterTable';

/** A worker with its services made once and its dead letters at hand; both runtimes stand on this. */
export const prepareWorker = ({ name, worker, host }: HandlerOptions) => {
  let services: Promise<unknown> | undefined;
  return {
    name,
    worker,
    host,
    deadLetters: createDeadLetters({ table: host.platform.table(DEAD_LETTER_TABLE), clock: host.platform.clock }),
    /** Made with the first batch and kept; a failure is not kept, so the next batch tries again. */
    services(): Promise<unknown> {
      services ??= Promise.resolve(worker.services(createServiceKit(host, { name, ...worker }))).catch(
        (error: unknown) => {
          services = undefined;
          throw error;
        },
      );
      return services;
    },
  };
};
export type PreparedWorker = ReturnType<typeof prepareWorker>;

/**
 * The worker as a Lambda handler: takes the AWS event of one of its sources, answers in that source's own shape. Order, outermost
 * first: result → correlation and tracing → middlewares → decode → record correlation → services → handle.
 */
export const createHandler = (options: HandlerOptions): Handler => {
  const prepared = prepareWorker(options);
  return (event, context = {}) => invoke(prepared, event, context);
};

export const invoke = (prepared: PreparedWorker, event: unknown, context: InvocationContext): Promise<JsonValue> => {
  const { name, host, worker } = prepared;
  const correlation = context.awsRequestId ?? host.platform.random.uuid();
  return withInvocation({ name, host, correlation }, () =>
    runMiddlewares(worker.middlewares, event, context, (seen) => handleEvent(prepared, seen, context, correlation)),
  );
};

const handleEvent = async (
  prepared: PreparedWorker,
  event: unknown,
  context: InvocationContext,
  correlation: string,
): Promise<JsonValue> => {
  const source = sourceOf(prepared, event);
  const batch = source.decode(event, { correlation, nowMs: prepared.host.platform.clock.now() });
  // Only dead letters need the raw records, and most batches have none.
  let raw: Map<WorkerRecord<unknown>, JsonValue> | undefined;
  const rawOf = (record: WorkerRecord<unknown>): JsonValue | undefined => {
    raw ??= rawRecords(event, batch);
    return raw.get(record);
  };
  const run = {
    worker: prepared.worker,
    name: prepared.name,
    services: await prepared.services(),
    deadLetters: prepared.deadLetters,
    log: prepared.host.log,
    signal: context.signal ?? new AbortController().signal,
    remainingMs: context.getRemainingTimeInMillis ?? (() => Number.POSITIVE_INFINITY),
    payloadOf: (record: WorkerRecord<unknown>) => rawOf(record) ?? (record.data as JsonValue),
  };
  if (source.mode === 'request') return answerRequests({ ...run, batch }, Array.isArray(event));
  const { counters, outcomes } = await runBatch({ ...run, batch });
  const answer = source.respond(batch, outcomes);
  const [firstFailure] = outcomes.retried.values();
  // A source without partial failure knows only all or nothing, and a swallowed failure would be a lost record.
  if (firstFailure !== undefined && !('batchItemFailures' in answer)) throw firstFailure;
  return { ...(isObject(counters) ? (counters as JsonObject) : { result: counters }), ...answer };
};

/** One request answers with its value; an array of them (BatchInvoke) with as many answers in order, each failing for itself. */
const answerRequests = async (run: Parameters<typeof runBatch>[0], many: boolean): Promise<JsonValue> => {
  const one = async (record: WorkerRecord<unknown>) =>
    (await runBatch({ ...run, batch: { records: [record], undecodable: [] } })).counters;
  const [first] = run.batch.records;
  if (!many && first !== undefined) return one(first);
  return Promise.all(
    run.batch.records.map((record) =>
      one(record).then(
        (data): JsonValue => ({ data }),
        (error: unknown): JsonValue => ({
          data: null,
          errorMessage: toError(error).message,
          errorType: toError(error).name,
        }),
      ),
    ),
  );
};

const sourceOf = ({ name, worker }: PreparedWorker, event: unknown): Source => {
  const source = worker.sources.find((each) => each.recognises(event));
  if (source !== undefined) return source;
  const expected = worker.sources.map(({ kind, resource }) => `${kind} (${resource})`).join(' or ');
  throw new WorkerError('foreign_event', `${name} takes events of ${expected}; this event is of another source`);
};

/** Which raw record each decoded one came from, by position in the event; undecodable ones keep their raw form themselves. */
const rawRecords = (event: unknown, batch: Batch<unknown>): Map<WorkerRecord<unknown>, JsonValue> => {
  const kept = new Set(batch.undecodable.map(({ payload }) => payload as unknown));
  const raws = recordsOf(event).filter((raw) => !kept.has(raw));
  if (raws.length !== batch.records.length) return new Map();
  return new Map(batch.records.map((record, at) => [record, raws[at] as JsonValue]));
};
