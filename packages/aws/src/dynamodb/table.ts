import { checkOptions, optional, positiveInteger, trueOrFalse } from '@verifiedfan/map-utils';
import type { Table } from '@verifiedfan/ports';
import type { AwsConnection } from '../sdk/connection.ts';
import { createWakes } from '../sdk/wakes.ts';
import { createChangeStream, WRITTEN } from './changes/change-stream.ts';
import { createDynamo } from './client.ts';
import { createQueries } from './query.ts';
import { createReads } from './read.ts';
import { createTransactions } from './transact.ts';
import type { DynamoUse } from './use.ts';
import { verifyTable } from './verify.ts';
import { createWrites } from './write.ts';

export type DynamoTableOptions = {
  /** The table as the catalogue calls it; errors name it. */
  name: string;
  /** The table as DynamoDB knows it, or its ARN. */
  tableName: string;
  connection: AwsConnection;
  /** Whether somebody reads its changes, so that `verify` asks for a stream. @default true */
  stream?: boolean | undefined;
  /** Rows of one `updateMany` that are written at once; 64 requests of all calls together. @default 32 */
  concurrency?: number | undefined;
  /** How often a request is sent at most, throttled ones too. @default what the connection says, else 8 */
  attempts?: number | undefined;
  /** The longest pause between two looks of `waitForRecords`, in milliseconds; it begins with 50 and doubles. @default 1_000 */
  pollMs?: number | undefined;
  /** Told of every request. Must not throw. When it is given, DynamoDB is asked what requests cost. */
  onUse?: ((use: DynamoUse) => void) | undefined;
};

/** A table on DynamoDB, with what its owner needs. */
export type DynamoTable = Table & {
  /**
   * Asks at the start what the first calls would find out: `not_found` for a missing table, `validation` for wrong keys, a missing stream or
   * one without both images, `unavailable` while it is being made.
   */
  verify(): Promise<void>;
  /** Ends waits, lets requests under way end, and lets go of the connections. Later calls are `closed`. */
  close(): Promise<void>;
};

const isPresent = { expects: 'a text', accepts: (value: unknown) => typeof value === 'string' && value !== '' };
const isObject = { expects: 'an object', accepts: (value: unknown) => typeof value === 'object' && value !== null };
const isFunction = { expects: 'a function', accepts: (value: unknown) => typeof value === 'function' };

const checkTableOptions = (options: DynamoTableOptions): void =>
  checkOptions<DynamoTableOptions>('createDynamoTable', options, {
    name: isPresent,
    tableName: isPresent,
    connection: isObject,
    stream: optional(trueOrFalse),
    concurrency: optional(positiveInteger),
    attempts: optional(positiveInteger),
    pollMs: optional(positiveInteger),
    onUse: optional(isFunction),
  });

const DEFAULT_ATTEMPTS = 8;

/** A table on DynamoDB with its change stream. Nothing is loaded or sent before the first call. */
export const createDynamoTable = (options: DynamoTableOptions): DynamoTable => {
  checkTableOptions(options);
  const { name, tableName, connection, stream = true, concurrency = 32, pollMs = 1_000, onUse } = options;
  const attempts = options.attempts ?? connection.maxAttempts ?? DEFAULT_ATTEMPTS;
  const dynamo = createDynamo({ name, tableName, connection, attempts, onUse });
  const wakes = createWakes(connection.clock);
  const { updateMany } = createWrites(dynamo, { concurrency });
  const { transact } = createTransactions(dynamo);
  /** Runs a write, and then tells those of this process who wait for changes. */
  const writing = async <Answer>(write: Promise<Answer>): Promise<Answer> => {
    const answer = await write;
    wakes.wake(WRITTEN);
    return answer;
  };
  return {
    name,
    ...createReads(dynamo),
    ...createQueries(dynamo),
    updateMany: (actions) => writing(updateMany(actions)),
    transact: (actions, options) => writing(transact(actions, options)),
    changes: createChangeStream(dynamo, { pollMs, clock: connection.clock, wakes }),
    verify: () => verifyTable(dynamo, { stream }),
    close: dynamo.lifecycle.close,
  };
};
