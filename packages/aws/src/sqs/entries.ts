import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import { batchFn } from '@verifiedfan/batch-fn';
import type { Clock, PortError, Random } from '@verifiedfan/ports';
import { toPortError } from '../sdk/errors.ts';
import { createRefusedAlone } from '../sdk/refused-alone.ts';
import { malformed, type Sqs } from './client.ts';

export type EntryOptions = { sqs: Sqs; concurrency: number; attempts: number; clock: Clock; random: Random };

type BatchAnswer<Done> = { Successful?: Done[] | undefined; Failed?: BatchResultErrorEntry[] | undefined };

export type EntryCall<Item, Done, Result extends object> = {
  operation: string;
  /** Sends up to ten entries; their ids have to be those of the entries given, which are their places in the batch. */
  send: (entries: { id: string; item: Item }[]) => Promise<BatchAnswer<Done>>;
  toResult: (done: Done) => Result | undefined;
  sizeOf?: ((item: Item) => number) | undefined;
  keyOf?: ((item: Item) => unknown) | undefined;
};

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const MAX_ENTRIES = 10;
const MAX_BATCH_BYTES = 1_048_576;

/**
 * Calls a batch operation for any number of entries and answers one outcome each. Entries that the service could not do are sent again,
 * they alone; those that it refuses as the sender's fault are not, and neither are whole requests, which the SDK repeats.
 */
export const createEntryCall = <Item, Done extends { Id?: string | undefined }, Result extends object>(
  { operation, send, toResult, sizeOf, keyOf }: EntryCall<Item, Done, Result>,
  { sqs: { name }, concurrency, attempts, clock, random }: EntryOptions,
) => {
  const refusedAlone = createRefusedAlone();

  const toError = ({ Code = '', SenderFault = false }: BatchResultErrorEntry): PortError => {
    const answer = { name: Code, $metadata: { httpStatusCode: SenderFault ? 400 : 500 } };
    return refusedAlone.note(toPortError(answer, { operation: `${operation}, one entry`, resource: name }));
  };

  const callOnce = async (items: Item[]): Promise<(Result | { error: Error })[]> => {
    const { Successful = [], Failed = [] } = await send(items.map((item, index) => ({ id: String(index), item })));
    const done = new Map(Successful.map((one) => [one.Id, one]));
    const failed = new Map(Failed.map((one) => [one.Id, one]));
    return items.map((_, index) => {
      const failure = failed.get(String(index));
      if (failure !== undefined) return { error: toError(failure) };
      const success = done.get(String(index));
      return (success && toResult(success)) ?? { error: malformed(operation, name) };
    });
  };

  return batchFn<Item, Result>(callOnce, {
    batchSize: MAX_ENTRIES,
    concurrency,
    attempts,
    clock,
    random,
    ...(sizeOf === undefined ? {} : { maxBytes: MAX_BATCH_BYTES, sizeOf }),
    ...(keyOf === undefined ? {} : { keyOf, stopKeyOnFailure: true }),
    isRetryable: refusedAlone.mayRepeat,
  });
};
