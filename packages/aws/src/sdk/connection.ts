import type { Tracer } from '@opentelemetry/api';
import type { Clock, Random } from '@verifiedfan/ports';
import { TracedSdk } from '@verifiedfan/tracing';
import { createDoor } from './door.ts';
import { isRefusal } from './errors.ts';

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

/**
 * Calls of one client under way at once; more wait in front of the SDK, where no time limit runs yet and nothing is signed. The agent's own queue
 * must stay empty: smithy's connectionTimeout begins with the request, not with its socket, so what waited there for 3 s would fail without
 * ever having been sent. So the agent opens as many sockets as there are calls; bodies of S3 that are still being read have theirs besides.
 */
const MOST_UNDER_WAY = 64;
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
    httpAgent: { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY },
    httpsAgent: { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY },
  },
});

/**
 * The SDK's client as the drivers use it: calls take turns where there are too many at once, and each is a span, `dynamodb.UpdateItem`, that
 * begins with its turn. Arguments are not recorded, and of errors only the name and the code.
 */
export const sdkClient = <Sdk extends { send(...args: never[]): unknown }>(
  sdk: Sdk,
  { name, connection: { tracer } }: { name: string; connection: AwsConnection },
): Sdk => {
  const traced = TracedSdk({ sdk, name, tracer, methods: ['send'], isExpected: isRefusal });
  const admit = createDoor(MOST_UNDER_WAY);
  const send = (...args: never[]): unknown => admit(async () => traced.send(...args));
  return new Proxy(traced, { get: (target, key) => (key === 'send' ? send : Reflect.get(target, key)) });
};

const withoutUndefined = ({ accessKeyId, secretAccessKey, sessionToken }: NonNullable<AwsConnection['credentials']>) =>
  sessionToken === undefined ? { accessKeyId, secretAccessKey } : { accessKeyId, secretAccessKey, sessionToken };
