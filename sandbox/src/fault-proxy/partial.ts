import type { JsonObject, JsonValue, Random } from '@verifiedfan/ports';
import { isObject } from '../stand-in.ts';
import { jsonOf } from './operation.ts';
import { partPublishBatch } from './query-batches.ts';

/** A batch that is parted: what the server is to see, undefined when nothing is left for it, and how its answer becomes that to the whole. */
export type PartedBatch = {
  forward: Buffer | undefined;
  /** Undefined when the server's answer is none that can be understood. Without a server's answer it is as if that were empty. */
  merge(answer: Buffer | undefined): Buffer | undefined;
};

/** The same in the objects of a JSON service. */
type Parted = { forward: JsonObject | undefined; merge(answer: JsonObject): JsonObject };

/** Positions that are not done: `share` of them, at least one, chosen by chance. */
const choose = (count: number, share: number, random: Random): Set<number> => {
  const left = Array.from({ length: count }, (_, position) => position);
  const chosen = new Set<number>();
  for (const wanted = Math.max(1, Math.floor(count * share)); chosen.size < wanted && left.length > 0; ) {
    const [position] = left.splice(Math.floor(random.next() * left.length), 1);
    if (position !== undefined) chosen.add(position);
  }
  return chosen;
};

const listOf = (value: JsonValue | undefined): JsonValue[] => (Array.isArray(value) ? [...value] : []);
const objectOf = (value: JsonValue | undefined): JsonObject => (isObject(value) ? (value as JsonObject) : {});

/** Records whose results stand at the records' own positions: Kinesis and Firehose. */
const byPosition =
  ({ entries, results, failures, error }: { entries: string; results: string; failures: string; error: JsonObject }) =>
  (request: JsonObject, share: number, random: Random): Parted | undefined => {
    const all = listOf(request[entries]);
    if (all.length === 0) return undefined;
    const failed = choose(all.length, share, random);
    const kept = all.filter((_, position) => !failed.has(position));
    return {
      forward: kept.length === 0 ? undefined : { ...request, [entries]: kept },
      merge(answer) {
        const done = listOf(answer[results]);
        const merged = all.map((_, position) => (failed.has(position) ? error : (done.shift() ?? error)));
        return { ...answer, [failures]: Number(answer[failures] ?? 0) + failed.size, [results]: merged };
      },
    };
  };

/** Entries with ids of their own, and a list of those that failed: SQS. */
const byId = (request: JsonObject, share: number, random: Random): Parted | undefined => {
  const all = listOf(request.Entries);
  if (all.length === 0) return undefined;
  const failed = choose(all.length, share, random);
  const kept = all.filter((_, position) => !failed.has(position));
  const failures = all
    .filter((_, position) => failed.has(position))
    .map((entry) => ({
      Id: objectOf(entry).Id ?? '',
      SenderFault: false,
      Code: 'InternalError',
      Message: 'We encountered an internal error. Please try again.',
    }));
  return {
    forward: kept.length === 0 ? undefined : { ...request, Entries: kept },
    merge: (answer) => ({
      ...answer,
      Successful: listOf(answer.Successful),
      Failed: [...listOf(answer.Failed), ...failures],
    }),
  };
};

type Requests = { table: string; entry: JsonValue }[];

const byTable = (requests: Requests): [table: string, entries: JsonValue[]][] =>
  [...Map.groupBy(requests, ({ table }) => table)].map(([table, group]) => [table, group.map(({ entry }) => entry)]);

/** Requests of several tables, those that were not done come back in the shape of the request: DynamoDB. */
const byTables =
  (kind: 'write' | 'get') =>
  (request: JsonObject, share: number, random: Random): Parted | undefined => {
    const items = objectOf(request.RequestItems);
    const entriesOf = (table: JsonValue | undefined): JsonValue[] =>
      listOf(kind === 'write' ? table : objectOf(table).Keys);
    // Projections and consistency of a table belong to its keys wherever they go.
    const wrap = (table: string, entries: JsonValue[]): JsonValue =>
      kind === 'write' ? entries : { ...objectOf(items[table]), Keys: entries };
    const pack = (requests: Requests): JsonObject =>
      Object.fromEntries(byTable(requests).map(([table, entries]) => [table, wrap(table, entries)]));

    const all: Requests = Object.entries(items).flatMap(([table, value]) =>
      entriesOf(value).map((entry) => ({ table, entry })),
    );
    if (all.length === 0) return undefined;
    const failed = choose(all.length, share, random);
    const kept = all.filter((_, position) => !failed.has(position));
    const undone = all.filter((_, position) => failed.has(position));
    const answerKey = kind === 'write' ? 'UnprocessedItems' : 'UnprocessedKeys';
    return {
      forward: kept.length === 0 ? undefined : { ...request, RequestItems: pack(kept) },
      merge(answer) {
        const already = Object.entries(objectOf(answer[answerKey])).flatMap(([table, value]) =>
          entriesOf(value).map((entry) => ({ table, entry })),
        );
        const found = kind === 'get' ? { Responses: objectOf(answer.Responses) } : {};
        return { ...answer, ...found, [answerKey]: pack([...already, ...undone]) };
      },
    };
  };

const PARTED: Readonly<Record<string, (request: JsonObject, share: number, random: Random) => Parted | undefined>> = {
  'dynamodb.BatchWriteItem': byTables('write'),
  'dynamodb.BatchGetItem': byTables('get'),
  'kinesis.PutRecords': byPosition({
    entries: 'Records',
    results: 'Records',
    failures: 'FailedRecordCount',
    error: {
      ErrorCode: 'ProvisionedThroughputExceededException',
      ErrorMessage: 'Rate exceeded for shard shardId-000000000000.',
    },
  }),
  'firehose.PutRecordBatch': byPosition({
    entries: 'Records',
    results: 'RequestResponses',
    failures: 'FailedPutCount',
    error: { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' },
  }),
  'events.PutEvents': byPosition({
    entries: 'Entries',
    results: 'Entries',
    failures: 'FailedEntryCount',
    error: { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' },
  }),
  'sqs.SendMessageBatch': byId,
  'sqs.DeleteMessageBatch': byId,
  'sqs.ChangeMessageVisibilityBatch': byId,
};

const PUBLISH_BATCH = 'sns.PublishBatch';

/** Calls that may be done in part. */
export const isBatch = (operation: string): boolean => operation === PUBLISH_BATCH || Object.hasOwn(PARTED, operation);

/** Parts a batch by chance; undefined when the call is none, or has no entries. */
export const partBatch = (
  operation: string,
  body: Buffer,
  { share, random }: { share: number; random: Random },
): PartedBatch | undefined => {
  if (operation === PUBLISH_BATCH) return partPublishBatch(body, { choose, share, random });
  const request = jsonOf(body);
  const parted = request && isBatch(operation) ? PARTED[operation]?.(request, share, random) : undefined;
  if (parted === undefined) return undefined;
  const toBody = (value: JsonObject): Buffer => Buffer.from(JSON.stringify(value));
  return {
    forward: parted.forward && toBody(parted.forward),
    merge(answer) {
      const value = answer === undefined ? {} : jsonOf(answer);
      return value && toBody(parted.merge(value));
    },
  };
};
