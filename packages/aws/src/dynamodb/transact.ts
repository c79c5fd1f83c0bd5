import { hash } from 'node:crypto';
import type { CancellationReason, TransactionCanceledException, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { PortError, type Table, type TransactResult } from '@verifiedfan/ports';
import { prepareTransaction } from '@verifiedfan/ports/table-rules';
import { isCausedBy } from '../sdk/errors.ts';
import type { Dynamo } from './client.ts';
import { saysTooLarge } from './errors.ts';
import { rowKeyOf, toWriteRequest, type WriteRequest } from './requests.ts';

type Reasons = Extract<TransactResult, { outcome: 'refused' }>['reasons'];

const toTransactItem = (request: WriteRequest): TransactWriteItem => {
  if (request.kind === 'update') return { Update: request.input };
  if (request.kind === 'put') return { Put: request.input };
  return request.kind === 'delete' ? { Delete: request.input } : { ConditionCheck: request.input };
};

const MOST_TOKEN_CHARACTERS = 36;

const REASONS: Readonly<Record<string, Reasons[number]>> = {
  ConditionalCheckFailed: 'condition',
  TransactionConflict: 'conflict',
};

const isCancelled = (error: unknown): error is PortError => isCausedBy(error, 'TransactionCanceledException');

const reasonsOf = (error: PortError): readonly CancellationReason[] =>
  (error.cause as TransactionCanceledException).CancellationReasons ?? [];

const toReasons = (error: PortError): Reasons => reasonsOf(error).map(({ Code = 'None' }) => REASONS[Code] ?? null);

/** What cancelled a transaction other than its conditions. */
const toCancellation = (error: PortError, name: string): PortError => {
  const reasons = reasonsOf(error);
  const codes = new Set(reasons.map(({ Code }) => Code));
  const cancelled = (code: ConstructorParameters<typeof PortError>[0]['code']) =>
    new PortError({
      code,
      message: `TransactWriteItems was cancelled: ${[...codes].join(', ')}`,
      resource: name,
      cause: error.cause,
    });
  if (codes.has('ItemCollectionSizeLimitExceeded') || reasons.some(({ Message }) => saysTooLarge(Message)))
    return cancelled('too_large');
  if (codes.has('ValidationError')) return cancelled('validation');
  if (codes.has('ThrottlingError') || codes.has('ProvisionedThroughputExceeded')) return cancelled('throttled');
  return codes.has('TransactionConflict') ? cancelled('conflict') : cancelled('validation');
};

/**
 * DynamoDB keeps tokens by account and region, the port by table: two tables may use the same one. 36 characters of base64url are 216 bits of
 * the hash, and any text is a token.
 */
const requestToken = (tableName: string, token: string): string =>
  hash('sha256', `${tableName}\n${token}`, 'base64url').slice(0, MOST_TOKEN_CHARACTERS);

/** Transactions. A lost answer is no doubt here: the token lets the same request be sent again. */
export const createTransactions = (dynamo: Dynamo): Pick<Table, 'transact'> => {
  const { capacity, name, tableName } = dynamo;

  const send = async (TransactItems: TransactWriteItem[], ClientRequestToken: string): Promise<TransactResult> => {
    try {
      await dynamo.once({
        operation: 'TransactWriteItems',
        kind: 'write',
        send: ({ sdk, client }) =>
          client.send(new sdk.TransactWriteItemsCommand({ TransactItems, ClientRequestToken, ...capacity })),
      });
      return { outcome: 'applied' };
    } catch (error) {
      if (!isCancelled(error)) throw error;
      const reasons = toReasons(error);
      if (reasons.includes('condition')) return { outcome: 'refused', reasons };
      throw toCancellation(error, name);
    }
  };

  return {
    async transact(actions, { token }) {
      const prepared = prepareTransaction(actions, { token, rowKeyOf });
      const items = prepared.map((action) => toTransactItem(toWriteRequest(action, tableName)));
      try {
        return await dynamo.repeating(() => send(items, requestToken(tableName, token)));
      } catch (error) {
        // Others were faster every time.
        if (!isCancelled(error) || error.code !== 'conflict') throw error;
        return { outcome: 'refused', reasons: toReasons(error) };
      }
    },
  };
};
