import type { Tracer } from '@opentelemetry/api';
import type { Clock, Random } from '@verifiedfan/ports';
import { TracedSdk } from '@verifiedfan/tracing';

/** Where AWS is and how it is called. What is left out is found by the SDK itself: its environment, its profile, its role. */
export type AwsConnection = {
  region?: string | undefined;
  /** Another server than AWS's, such as an emulator: `http://127.0.0.1:4566`. */
  endpoint?: string | undefined;
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined } | undefined;
  /**
   * Times a request is sent before the SDK gives up on it, the first one included. The table driver alone sets it to 1 and repeats by itself,
   * because only it knows which writes may be sent again when their answer was lost. Entries of a batch that were not done are repeated by
   * all drivers, since a batch call that did some of them is a success to the SDK.
   * @default 4
   */
  maxAttempts?: number | undefined;
  /** @default the tracer of the process, at the time of each call */
  tracer?: Tracer | undefined;
  /** For the waits between attempts of entries and between polls. */
  clock: Clock;
  random: Random;
};

/** Requests under way to one service at once; more wait for a free connection. */
const MOST_SOCKETS = 64;
const CONNECT_TIMEOUT_MS = 3_000;
/** The longest call is an SQS long poll of 20 s. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The part of every SDK client's configuration that follows from a connection. Connections are kept alive, HTTP/1.1 everywhere. */
export const sdkConfiguration = ({ region, endpoint, credentials, maxAttempts = 4 }: AwsConnection) => ({
  ...(region === undefined ? {} : { region }),
  ...(endpoint === undefined ? {} : { endpoint }),
  ...(credentials === undefined ? {} : { credentials: withoutUndefined(credentials) }),
  maxAttempts,
  retryMode: 'standard' as const,
  requestHandler: {
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    throwOnRequestTimeout: true,
    httpAgent: { keepAlive: true, maxSockets: MOST_SOCKETS },
    httpsAgent: { keepAlive: true, maxSockets: MOST_SOCKETS },
  },
});

/** A client whose calls are spans, `dynamodb.UpdateItem`; arguments are not recorded. */
export const traced = <Sdk extends { send(...args: never[]): unknown }>(
  sdk: Sdk,
  { name, connection: { tracer } }: { name: string; connection: AwsConnection },
): Sdk => TracedSdk({ sdk, name, tracer, methods: ['send'] });

const withoutUndefined = ({ accessKeyId, secretAccessKey, sessionToken }: NonNullable<AwsConnection['credentials']>) =>
  sessionToken === undefined ? { accessKeyId, secretAccessKey } : { accessKeyId, secretAccessKey, sessionToken };
