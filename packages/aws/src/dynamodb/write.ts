import type { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { batchFn } from '@verifiedfan/batch-fn';
import { type ActionResult, type Item, PortError, type Table } from '@verifiedfan/ports';
import { applyAction, type Prepared, prepareUpdates } from '@verifiedfan/ports/table-rules';
import { isCausedBy } from '../sdk/errors.ts';
import { toItemIfAny } from './attribute-values.ts';
import type { Dynamo } from './client.ts';
import { isOwnFault } from './errors.ts';
import { rowKeyOf, toWriteRequest, type WriteRequest } from './requests.ts';
import { refusedWriteUnits } from './use.ts';

type Write = { readonly action: Prepared; readonly request: WriteRequest };
type Answer = { result: ActionResult } | { fatal: PortError };
type Round = {
  /** Actions whose last attempt may have been applied although no answer came. */
  readonly unsure: Set<Prepared>;
  /** Errors that sending again cannot or must not mend. */
  readonly final: WeakSet<Error>;
};

const OPERATIONS = { put: 'PutItem', update: 'UpdateItem', delete: 'DeleteItem', check: 'ConditionCheck' } as const;

/** An answer to one row is worth little when the row has to be read to be believed. */
const unknownOutcome = (name: string, cause: unknown): PortError =>
  new PortError({
    code: 'unavailable',
    message:
      'a write was refused when it was repeated; the attempt before it, whose answer was lost, may have been applied',
    resource: name,
    cause,
  });

const isAddition = (action: Prepared): boolean => action.kind === 'update' && action.update.add !== undefined;

/**
 * Whether the write changed the row: what the action makes of the old image, compared with it. DynamoDB gives either image, not both, and
 * the old one is part of the answer.
 */
const applied = (action: Prepared, old: Item | undefined): ActionResult => {
  try {
    return { outcome: 'applied', changed: applyAction(action, old) !== old, old };
  } catch {
    // DynamoDB counts with 38 digits and found a sum that JavaScript has no number for.
    return { outcome: 'applied', changed: true, old };
  }
};

const refusing = (error: PortError): Item | undefined =>
  toItemIfAny((error.cause as ConditionalCheckFailedException).Item);

/**
 * One request per row. BatchWriteItem would save requests, not write units, and can answer neither the old row nor `changed`, which
 * the port promises also for unconditional puts and deletes; reading the rows first would cost more and race with other writers.
 */
export const createWrites = (dynamo: Dynamo, { concurrency }: { concurrency: number }): Pick<Table, 'updateMany'> => {
  const { capacity, lifecycle, name, policy, tableName } = dynamo;

  const send = async ({ request }: Write): Promise<Item | undefined> => {
    if (request.kind === 'check') throw new TypeError('a check is no write');
    const { kind, input } = request;
    const images = { ReturnValues: 'ALL_OLD', ReturnValuesOnConditionCheckFailure: 'ALL_OLD', ...capacity } as const;
    const { Attributes } = await dynamo.once({
      operation: OPERATIONS[kind],
      kind: 'write',
      send: ({ sdk, client }) => {
        if (kind === 'put') return client.send(new sdk.PutItemCommand({ ...input, ...images }));
        if (kind === 'update') return client.send(new sdk.UpdateItemCommand({ ...input, ...images }));
        return client.send(new sdk.DeleteItemCommand({ ...input, ...images }));
      },
    });
    return toItemIfAny(Attributes);
  };

  const refused = (error: PortError, operation: string): ActionResult => {
    const item = refusing(error);
    // The request itself was told already, when it failed.
    dynamo.use?.({ operation, requests: 0, readUnits: 0, writeUnits: refusedWriteUnits(item) });
    return { outcome: 'refused', item };
  };

  /** What an error means for this row: an answer, or an error to throw, which is repeated unless it is final. */
  const judge = (error: unknown, { action, request }: Write, { unsure, final }: Round): Answer => {
    if (!(error instanceof PortError)) throw error;
    if (isCausedBy(error, 'ConditionalCheckFailedException')) {
      if (!unsure.has(action)) return { result: refused(error, OPERATIONS[request.kind]) };
      const unknown = unknownOutcome(name, error);
      final.add(unknown);
      throw unknown;
    }
    if (error.code === 'unavailable') {
      unsure.add(action);
      // Adding twice would be worse than saying that nobody knows.
      if (isAddition(action)) final.add(error);
    }
    if (error.retryable) throw error;
    return isOwnFault(error) ? { result: { outcome: 'failed', error } } : { fatal: error };
  };

  const writeAll = async (writes: readonly Write[]): Promise<ActionResult[]> => {
    const round: Round = { unsure: new Set(), final: new WeakSet() };
    const stop = new AbortController();
    const writeOne = async ([write]: Write[]): Promise<Answer[]> => {
      if (write === undefined) return [];
      const answer = await send(write).then(
        (old): Answer => ({ result: applied(write.action, old) }),
        (error: unknown) => judge(error, write, round),
      );
      if ('fatal' in answer) stop.abort();
      return [answer];
    };
    const run = batchFn<Write, Answer>(writeOne, {
      batchSize: 1,
      concurrency,
      keyOf: ({ action }) => action.rowKey,
      // A later action on a row must not overtake one that may still be on its way.
      stopKeyOnFailure: true,
      isRetryable: (error) => error instanceof PortError && error.retryable && !round.final.has(error),
      ...policy,
    });
    const outcomes = await run(writes, { signal: AbortSignal.any([stop.signal, lifecycle.closing]) });
    for (const outcome of outcomes) if ('fatal' in outcome) throw outcome.fatal;
    return outcomes.map((outcome) => ('result' in outcome ? outcome.result : failed(outcome)));
  };

  const failed = (outcome: Answer | { error: Error }): ActionResult => {
    const error = 'error' in outcome ? outcome.error : undefined;
    if (error instanceof PortError) return { outcome: 'failed', error };
    const message = 'not sent, because an earlier write of the row failed or the table was closed';
    return { outcome: 'failed', error: new PortError({ code: 'unavailable', message, resource: name, cause: error }) };
  };

  return {
    async updateMany(actions) {
      const writes = prepareUpdates(actions, rowKeyOf).map((action) => ({
        action,
        request: toWriteRequest(action, tableName),
      }));
      lifecycle.assertOpen();
      return writes.length === 0 ? [] : writeAll(writes);
    },
  };
};
