import { deepStrictEqual } from 'node:assert/strict';
import { join } from 'node:path';
import { type BundledWorker, bundleWorkers } from '@verifiedfan/lambda';
import { createTokens, SECRET_GENERATORS } from '@verifiedfan/platform';
import {
  createManualClock,
  createSeededRandom,
  makeAppSyncAuthorizerInput,
  makeSqsInput,
} from '@verifiedfan/test-utils';
import { bundlePeer, type Peer, type PeerName } from './build.ts';

type WorkerName = BundledWorker['name'];

export type Case = {
  name: WorkerName;
  /** With a code cache of this Node, `npm run bundle -- --code-cache`. */
  ours: BundledWorker;
  /** Without, as `npm run bundle` makes it. */
  uncached: BundledWorker;
  /** The same with middy, and Powertools' logger, metrics, tracer and batch processor. */
  theirs: Peer;
  /** Theirs without logger, metrics and tracer. */
  unobserved: Peer;
  /** Zipped bytes of ours without AWS's SDK. */
  withoutSdk: number;
  event: unknown;
  secrets: Readonly<Record<string, string>>;
  environment: Readonly<Record<string, string>>;
  /** Throws unless the answer is right. */
  check(answer: unknown): void;
};

const SECRETS = ['tokenKeys', 'slackBotToken', 'slackChannel'];
const EXPECTED = {
  isAuthorized: true,
  resolverContext: { sub: 'fan', supreme: 'false', permissions: '' },
  ttlOverride: 0,
};

/** What Lambda sets for a function, as far as one of the sides reads it; tracing is there and switched off on both. */
const environmentOf = (name: WorkerName): Record<string, string> => ({
  APP_NAME: name,
  RESOURCE_PREFIX: 'verifiedfan-bench',
  ENDPOINTS: JSON.stringify({ slack: 'http://127.0.0.1:1', campaignService: 'http://127.0.0.1:1' }),
  LOG_LEVEL: 'warn',
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
  POWERTOOLS_SERVICE_NAME: name,
  POWERTOOLS_METRICS_NAMESPACE: 'VerifiedFan',
  POWERTOOLS_TRACE_ENABLED: 'false',
});

const makeSecrets = (): Record<string, string> => {
  const random = createSeededRandom({ seed: 'cold start' });
  return Object.fromEntries(SECRETS.map((name) => [name, SECRET_GENERATORS[name]?.(random) ?? '']));
};

const checkAuthorized = (answer: unknown): void => deepStrictEqual(answer, EXPECTED);
const checkBatch = (answer: unknown): void =>
  deepStrictEqual((answer as { batchItemFailures?: unknown }).batchItemFailures, []);

/** The smallest worker, and one that answers messages of a queue with a table, a queue and two secrets. */
export const makeCases = async (directory: string): Promise<[smallest: Case, typical: Case]> => {
  const secrets = makeSecrets();
  // The token is good for an hour of the machine's clock, which both sides read.
  const clock = createManualClock({ nowMs: Date.now() });
  const token = (await createTokens({ secrets: { get: async (name) => secrets[name] ?? '' }, clock })).issue({
    subject: 'fan',
  });
  const names = ['validateToken', 'verdictReporter'] as const;
  const ours = await bundleWorkers({ directory: join(directory, 'ours'), names, codeCache: true });
  const uncached = await bundleWorkers({ directory: join(directory, 'uncached'), names });
  const bare = await bundleWorkers({ directory: join(directory, 'without-sdk'), names, sdk: 'external' });
  const make = async (name: (typeof names)[number], peer: PeerName) => {
    const [found, plain, small] = [ours, uncached, bare].map((all) => all.find((each) => each.name === name));
    if (found === undefined || plain === undefined || small === undefined) throw new TypeError(`no bundle of ${name}`);
    return {
      ...{
        name,
        secrets,
        ours: found,
        uncached: plain,
        withoutSdk: small.zippedBytes,
        environment: environmentOf(name),
      },
      theirs: await bundlePeer({ directory, name: peer }),
      unobserved: await bundlePeer({ directory, name: peer, unobserved: true }),
    };
  };
  return [
    {
      ...(await make('validateToken', 'middy-authorizer')),
      event: makeAppSyncAuthorizerInput({ authorizationToken: `Bearer ${token}` }),
      check: checkAuthorized,
    },
    {
      ...(await make('verdictReporter', 'middy-queue')),
      event: makeSqsInput([{ body: JSON.stringify({ campaigns: ['tour'] }) }], { queue: 'verdictReporterQueue' }),
      check: checkBatch,
    },
  ];
};
