import { runWithFields } from '@verifiedfan/correlation';
import type { JsonValue } from '@verifiedfan/ports';
import type { HandleContext } from './definition.ts';
import { RejectError, toError } from './errors.ts';
import type { WorkerRecord } from './record.ts';
import type { RunOptions } from './run-batch.ts';

type RequestOptions = Pick<RunOptions, 'worker' | 'name' | 'services' | 'log' | 'signal' | 'remainingMs'>;

/**
 * One request answers with its value or throws; an array of them (BatchInvoke) answers with as many answers in order, each failing for
 * itself. Nothing of a request is dead-lettered: its caller hears of the failure, and it holds the caller's token.
 */
export const answerRequests = async (
  options: RequestOptions,
  requests: readonly WorkerRecord<unknown>[],
  many: boolean,
): Promise<JsonValue> => {
  const [first] = requests;
  if (!many && first !== undefined) return answerOne(options, first);
  return Promise.all(requests.map((request) => answerOne(options, request).then(toData, toFailure)));
};

// https://docs.aws.amazon.com/appsync/latest/devguide/tutorial-lambda-resolvers.html#advanced-use-case-batching
const toData = (data: JsonValue): JsonValue => ({ data });
const toFailure = (thrown: unknown): JsonValue => {
  const { name, message } = toError(thrown);
  return { data: null, errorMessage: message, errorType: name };
};

const answerOne = async (options: RequestOptions, request: WorkerRecord<unknown>): Promise<JsonValue> => {
  const { worker, name, services, log, signal, remainingMs } = options;
  const context: HandleContext<unknown> = {
    services,
    log,
    signal,
    remainingMs,
    shard: undefined,
    retry: refuse,
    fail: refuse,
    reject: (_request, reason) => refuse(_request, new RejectError(reason)),
    deadLetter: async () => refuse(request, new RejectError('a request has no dead letters')),
  };
  return runWithFields({ worker: name, correlation: request.meta.correlation }, () =>
    worker.handle([request as WorkerRecord], context),
  );
};

/** Whoever asked is told at once; there is nobody who could deliver a request again. */
const refuse = (_request: unknown, cause: unknown): never => {
  throw toError(cause);
};
