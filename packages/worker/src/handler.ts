import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { WorkerError } from './errors.ts';
import { isObject, resourceNamedBy } from './event-parts.ts';
import { withInvocation } from './invocation.ts';
import { runMiddlewares } from './middlewares.ts';
import { assertOn, type HandlerOptions, type PreparedWorker, prepareWorker } from './prepare.ts';
import type { DecodedBatch } from './record.ts';
import { answerRequests } from './requests.ts';
import { runBatch } from './run-batch.ts';
import type { Source } from './source.ts';
import { inSpan } from './tracing.ts';

/** The members of a Lambda context that are used; a test or the local runtime may give these alone. */
export type InvocationContext = {
  awsRequestId?: string;
  getRemainingTimeInMillis?: () => number;
  signal?: AbortSignal;
};
export type Handler = (event: unknown, context?: InvocationContext) => Promise<JsonValue>;

/** How long a Lambda waits for its spans to leave, in milliseconds: they would be frozen with it. */
const FLUSH_MS = 1_000;

/**
 * The worker as a Lambda handler: takes the AWS event of one of its sources, answers in that source's own shape. Order, outermost
 * first: result → correlation → tracing → middlewares → decode → record correlation → services → handle. Throws `foreign_event` and
 * `switched_off`, what the worker throws, and, for a source that knows only all or nothing, what a record failed with.
 */
export const createHandler = (options: HandlerOptions): Handler => {
  const prepared = prepareWorker(options);
  const { tracer } = options.host;
  return async (event, context = {}) => {
    try {
      return await invoke(prepared, event, context);
    } finally {
      if (tracer?.enabled === true) await tracer.flush({ timeoutMs: FLUSH_MS });
    }
  };
};

type Decoded = { source: Source; batch: DecodedBatch<unknown> };

/** Runs one event through the pipeline. The local runtime calls this for events that need no flush behind them. */
export const invoke = (prepared: PreparedWorker, event: unknown, context: InvocationContext): Promise<JsonValue> => {
  const { name, host, worker } = prepared;
  return withInvocation(
    { name, host, requestId: context.awsRequestId, signal: context.signal },
    async (correlation) => {
      assertOn(prepared);
      const decodeEvent = (seen: unknown): Decoded => {
        const source = sourceOf(prepared, seen);
        return { source, batch: source.decode(seen, { correlation, nowMs: host.platform.clock.now() }) };
      };
      // A middleware may change the event or refuse it, so what is decoded in front of it only serves the span.
      const plain = worker.middlewares.length === 0;
      const first = plain ? decodeEvent(event) : producersOf(prepared, () => decodeEvent(event));
      const span = { tracer: host.tracer, worker: name, source: first?.source, records: first?.batch.records ?? [] };
      return inSpan(span, () =>
        plain && first !== undefined
          ? handleEvent(prepared, first, event, context)
          : runMiddlewares(worker.middlewares, event, context, async (seen) =>
              handleEvent(prepared, decodeEvent(seen), seen, context),
            ),
      );
    },
  );
};

const producersOf = ({ host }: PreparedWorker, decode: () => Decoded): Decoded | undefined => {
  if (host.tracer?.enabled !== true) return undefined;
  try {
    return decode();
  } catch {
    return undefined;
  }
};

const handleEvent = async (
  prepared: PreparedWorker,
  { source, batch }: Decoded,
  event: unknown,
  context: InvocationContext,
): Promise<JsonValue> => {
  const run = {
    worker: prepared.worker,
    name: prepared.name,
    source,
    services: await prepared.services(),
    log: prepared.host.log,
    signal: context.signal ?? new AbortController().signal,
    remainingMs: () => context.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY,
  };
  if (source.mode === 'request') return answerRequests(run, batch.records, Array.isArray(event));
  const payloadAt = (index: number): JsonValue => batch.raw[index] ?? null;
  const { counters, outcomes, repeated } = await runBatch({
    ...run,
    batch,
    deadLetters: prepared.deadLetters,
    payloadAt,
  });
  const answer = source.respond(batch, repeated);
  const [firstFailure] = outcomes.retried.values();
  // A source without partial failure knows only all or nothing, and a swallowed failure would be a lost record.
  if (firstFailure !== undefined && !('batchItemFailures' in answer)) throw firstFailure;
  return { ...(isObject(counters) ? (counters as JsonObject) : { result: counters ?? null }), ...answer };
};

/** The source of the event: of several of its kind the one that the event names, as far as AWS kept the names. */
export const sourceOf = (
  { name, worker: { sources } }: Pick<PreparedWorker, 'name' | 'worker'>,
  event: unknown,
): Source => {
  const [first, ...others] = sources.filter((source) => source.recognises(event));
  if (first === undefined) {
    const expected = sources.map(({ kind, resource }) => `${kind} (${resource})`).join(' or ');
    throw new WorkerError('foreign_event', `${name} takes events of ${expected}; this event is of another source`);
  }
  if (others.length === 0) return first;
  const named = resourceNamedBy(event);
  return others.find(({ resource }) => resource === named) ?? first;
};
