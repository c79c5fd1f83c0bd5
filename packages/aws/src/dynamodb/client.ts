import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { batchFn } from '@verifiedfan/batch-fn';
import { PortError } from '@verifiedfan/ports';
import { lazily } from '../clients/lazily.ts';
import { type AwsConnection, sdkClient, sdkConfiguration } from '../sdk/connection.ts';
import { createLifecycle, type Lifecycle } from '../sdk/lifecycle.ts';
import { toTableError } from './errors.ts';
import { type ConsumedCapacity, type DynamoUse, type UnitKind, unitsOf } from './use.ts';

type Tables = { readonly sdk: typeof import('./sdk-commands.ts'); readonly client: DynamoDBClient };
type Streams = {
  readonly sdk: typeof import('@aws-sdk/client-dynamodb-streams');
  readonly client: DynamoDBStreamsClient;
};

export type DynamoOptions = {
  name: string;
  tableName: string;
  connection: AwsConnection;
  attempts: number;
  onUse: ((use: DynamoUse) => void) | undefined;
};

type Answered = { ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[] | undefined };
type TableCall<Answer> = { operation: string; kind: UnitKind; send: (tables: Tables) => Promise<Answer> };
type StreamCall<Answer> = { operation: string; send: (streams: Streams) => Promise<Answer> };

/** How a request that failed in a way that may pass is repeated; for `batchFn`. */
export type RetryPolicy = { attempts: number; backoffMs: number; maxBackoffMs: number } & Pick<
  AwsConnection,
  'clock' | 'random'
>;

/** The SDK's two clients with errors of the ports, spans, a bill and an orderly end. */
export type Dynamo = {
  readonly name: string;
  readonly tableName: string;
  readonly lifecycle: Lifecycle;
  readonly policy: RetryPolicy;
  /** Goes into every request that a bill is wanted for. */
  readonly capacity: { ReturnConsumedCapacity?: 'TOTAL' };
  /** Sends one request, once. */
  once<Answer extends object>(call: TableCall<Answer>): Promise<Answer>;
  /** Sends one request of the stream's API, once. */
  onceOnStream<Answer>(call: StreamCall<Answer>): Promise<Answer>;
  /** Repeats a call that failed in a way that may pass; only for calls that may be repeated. */
  repeating<Answer>(call: () => Promise<Answer>): Promise<Answer>;
  readonly use: ((use: DynamoUse) => void) | undefined;
};

const BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 5_000;

/**
 * The SDK sends everything once. Only the driver knows what may be sent again: an update that adds must not be when its answer was lost,
 * and an answer to a repeated write has to be read differently.
 */
const openTables = (connection: AwsConnection) =>
  lazily(async (): Promise<Tables> => {
    const sdk = await import('./sdk-commands.ts');
    const client = new sdk.DynamoDBClient({ ...sdkConfiguration(connection), maxAttempts: 1 });
    return { sdk, client: sdkClient(client, { name: 'dynamodb', connection }) };
  });

const openStreams = (connection: AwsConnection) =>
  lazily(async (): Promise<Streams> => {
    const sdk = await import('@aws-sdk/client-dynamodb-streams');
    const client = new sdk.DynamoDBStreamsClient({ ...sdkConfiguration(connection), maxAttempts: 1 });
    return { sdk, client: sdkClient(client, { name: 'dynamodbstreams', connection }) };
  });

/** Refusals of a signature, among them those for its time. */
const SIGNATURE_ERRORS = new Set(['InvalidSignatureException', 'RequestTimeTooSkewed', 'RequestExpired']);

/**
 * The SDK sets its clock right by the refusal of a signature and leaves the sending again to its retries, of which it has none here. It
 * marks any error whose time differs, so the name decides: a request that was refused for its signature was not carried out.
 */
const unskewed = async <Sdk, Answer>(send: (sdk: Sdk) => Promise<Answer>, sdk: Sdk): Promise<Answer> => {
  try {
    return await send(sdk);
  } catch (error) {
    const { name, $metadata } = error as { name?: string; $metadata?: { clockSkewCorrected?: boolean } };
    if ($metadata?.clockSkewCorrected !== true || !SIGNATURE_ERRORS.has(name ?? '')) throw error;
    return await send(sdk);
  }
};

export const createDynamo = ({ name, tableName, connection, attempts, onUse }: DynamoOptions): Dynamo => {
  const { clock, random } = connection;
  const opened: { destroy(): void }[] = [];
  const keeping =
    <Sdk extends { readonly client: { destroy(): void } }>(open: () => Promise<Sdk>) =>
    async (): Promise<Sdk> => {
      const sdk = await open();
      if (!opened.includes(sdk.client)) opened.push(sdk.client);
      return sdk;
    };
  const tables = keeping(openTables(connection));
  const streams = keeping(openStreams(connection));
  const end = (): void => {
    for (const client of opened) client.destroy();
  };
  const lifecycle = createLifecycle({ resource: name, end });
  const policy = { attempts, backoffMs: BACKOFF_MS, maxBackoffMs: MAX_BACKOFF_MS, clock, random };
  const isRetryable = (error: Error): boolean =>
    error instanceof PortError && error.retryable && !lifecycle.closing.aborted;
  const aboutOf = (operation: string) => ({ operation: `${operation} on table ${tableName}`, resource: name });

  return {
    name,
    tableName,
    lifecycle,
    policy,
    capacity: onUse === undefined ? {} : { ReturnConsumedCapacity: 'TOTAL' },
    use: onUse,
    once: ({ operation, kind, send }) =>
      lifecycle.run(async () => {
        try {
          const answer = await unskewed(send, await tables());
          onUse?.({ operation, requests: 1, ...unitsOf(kind, (answer as Answered).ConsumedCapacity) });
          return answer;
        } catch (error) {
          onUse?.({ operation, requests: 1, ...unitsOf(kind, undefined) });
          throw toTableError(error, aboutOf(operation));
        }
      }),
    onceOnStream: ({ operation, send }) =>
      lifecycle.run(async () => {
        try {
          return await unskewed(send, await streams());
        } catch (error) {
          throw toTableError(error, aboutOf(operation));
        } finally {
          onUse?.({ operation, requests: 1, readUnits: 0, writeUnits: 0 });
        }
      }),
    async repeating(call) {
      const once = async () => [{ answer: await call() }];
      const [outcome] = await batchFn(once, { batchSize: 1, isRetryable, ...policy })([undefined]);
      if (outcome === undefined || 'error' in outcome) throw outcome?.error;
      return outcome.answer;
    },
  };
};
