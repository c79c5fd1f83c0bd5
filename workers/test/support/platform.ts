import {
  createMemoryMetrics,
  type FolderBucket,
  openFolderBucket,
  openLevelStream,
  openLevelTable,
  openQueueStore,
  openSqliteCache,
} from '@verifiedfan/embedded';
import { type Platform, PortError, type Random } from '@verifiedfan/ports';
import { createSeededRandom, temporaryDirectory } from '@verifiedfan/test-utils';
import { resources } from '../../resources.ts';
import { createTestClock, type TestClock } from './clock.ts';
import type { Owner } from './owner.ts';

export const SECRETS: Readonly<Record<string, string>> = {
  emailKey: 'test-email-key',
  phoneKey: 'test-phone-key',
  slackBotToken: 'xoxb-sandbox',
  slackChannel: 'C0SANDBOX',
  telesignCustomerId: 'SANDBOX',
  telesignApiKey: 'c2FuZGJveC10ZWxlc2lnbi1rZXk=',
};

export type TestPlatform = Platform & { readonly clock: TestClock; bucket(name: string): FolderBucket };
export type TestPlatformOptions = { seed?: number; clock?: TestClock; bucket?: FolderBucket };

/** A bucket in a temporary folder; many histories may share it, since keys tell them apart. */
export const openTestBucket = (
  owner: Owner,
  clock: TestClock,
  random: Random = createSeededRandom({ seed: 'bucket' }),
): FolderBucket => {
  const directory = temporaryDirectory(owner);
  const bucket = openFolderBucket({
    name: 'scoringBucket',
    location: directory.join('scoringBucket'),
    clock,
    random,
    keepVersions: 1_000,
  });
  owner.after(() => bucket.close());
  return bucket;
};

const missing = (kind: string): never => {
  throw new PortError({ code: 'not_found', message: `these tests have no ${kind}` });
};

/** All ports that scoring uses, on the embedded drivers in memory, closed with their owner. Two shards everywhere, as on AWS. */
export const openTestPlatform = (
  owner: Owner,
  { seed = 1, clock = createTestClock(), bucket }: TestPlatformOptions = {},
): TestPlatform => {
  const random = createSeededRandom({ seed });
  const table = (name: string) => openLevelTable({ name, memory: true, clock, changeShards: 2 });
  const tables = new Map(['demandTable', 'deadLetterTable'].map((name) => [name, table(name)]));
  const stream = (name: string) => openLevelStream({ name, memory: true, clock, shards: 2 });
  const streams = new Map(['scoresStream', 'campaignDataStream'].map((name) => [name, stream(name)]));
  const queues = openQueueStore({ location: ':memory:', clock, random });
  const cache = openSqliteCache({ location: ':memory:', clock });
  const files = bucket ?? openTestBucket(owner, clock);
  const metrics = createMemoryMetrics();
  const close = async (): Promise<void> => {
    await Promise.all([...tables.values(), ...streams.values()].map((each) => each.close()));
    queues.close();
    cache.close();
  };
  owner.after(close);
  return {
    clock,
    random,
    metrics,
    flags: { isEnabled: (_flag, fallback) => fallback, onChange: () => () => undefined },
    secrets: { get: async (name) => SECRETS[name] ?? missing(`secret ${name}`) },
    checkpoints: { get: async () => undefined, set: async () => {}, delete: async () => {}, list: async () => [] },
    table: (name) => tables.get(name) ?? missing('such table'),
    stream: (name) => streams.get(name) ?? missing('such stream'),
    queue: (name) => {
      const definition = resources[name as keyof typeof resources];
      return definition?.kind === 'queue' ? queues.queue(name, definition) : missing('such queue');
    },
    bucket: () => files,
    cache: () => cache,
    topic: () => missing('topics'),
    database: () => missing('databases'),
    notifications: () => files,
    close,
  };
};
