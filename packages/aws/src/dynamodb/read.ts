import { batchFn } from '@verifiedfan/batch-fn';
import { type Item, type Key, PortError, type Table } from '@verifiedfan/ports';
import { assertKey } from '@verifiedfan/ports/table-rules';
import { keyAttributes, toItem, toItemIfAny, toKey } from './attribute-values.ts';
import type { Dynamo } from './client.ts';
import { rowKeyOf } from './requests.ts';

const MOST_KEYS = 100;
const MOST_BATCHES_UNDER_WAY = 8;
/** A full answer holds 16 MB and a full request asks for 40: two more turns that are no failures. */
const TURNS_FOR_SIZE = 2;

type Found = { item: Item | undefined };

const notReached = (name: string): PortError =>
  new PortError({ code: 'throttled', message: 'BatchGetItem left keys for later', resource: name });

/** Reads by key, all of them strongly consistent. */
export const createReads = (dynamo: Dynamo): Pick<Table, 'get' | 'getMany'> => {
  const { tableName, capacity, name } = dynamo;

  const getBatch = async (keys: readonly Key[]): Promise<(Found | { error: Error })[]> => {
    const request = { Keys: keys.map(keyAttributes), ConsistentRead: true };
    const { Responses = {}, UnprocessedKeys = {} } = await dynamo.once({
      operation: 'BatchGetItem',
      kind: 'read',
      send: ({ sdk, client }) =>
        client.send(new sdk.BatchGetItemCommand({ RequestItems: { [tableName]: request }, ...capacity })),
    });
    const items = new Map((Responses[tableName] ?? []).map((row) => [rowKeyOf(toKey(row)), toItem(row)]));
    const left = new Set((UnprocessedKeys[tableName]?.Keys ?? []).map((key) => rowKeyOf(toKey(key))));
    return keys.map((key) => {
      const rowKey = rowKeyOf(key);
      return left.has(rowKey) ? { error: notReached(name) } : { item: items.get(rowKey) };
    });
  };

  const getAll = batchFn<Key, Found>(getBatch, {
    batchSize: MOST_KEYS,
    concurrency: MOST_BATCHES_UNDER_WAY,
    ...dynamo.policy,
    attempts: dynamo.policy.attempts + TURNS_FOR_SIZE,
  });

  return {
    async get(key) {
      assertKey(key);
      const { Item: found } = await dynamo.repeating(() =>
        dynamo.once({
          operation: 'GetItem',
          kind: 'read',
          send: ({ sdk, client }) =>
            client.send(
              new sdk.GetItemCommand({
                TableName: tableName,
                Key: keyAttributes(key),
                ConsistentRead: true,
                ...capacity,
              }),
            ),
        }),
      );
      return toItemIfAny(found);
    },

    async getMany(keys) {
      for (const key of keys) assertKey(key);
      dynamo.lifecycle.assertOpen();
      // DynamoDB refuses a request that names a key twice.
      const distinct = [...new Map(keys.map((key) => [rowKeyOf(key), key])).values()];
      const outcomes = await getAll(distinct, { signal: dynamo.lifecycle.closing });
      const items = new Map<string, Item | undefined>();
      for (const [index, key] of distinct.entries()) {
        const outcome = outcomes[index];
        if (outcome === undefined || 'error' in outcome) {
          dynamo.lifecycle.assertOpen();
          throw outcome?.error;
        }
        items.set(rowKeyOf(key), outcome.item);
      }
      return keys.map((key) => items.get(rowKeyOf(key)));
    },
  };
};
