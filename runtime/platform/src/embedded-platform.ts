import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  createMemoryMetrics,
  openFileFlags,
  openFileSecrets,
  openFolderBucket,
  openLevelStream,
  openLevelTable,
  openLevelTopic,
  openQueueStore,
  openSqliteCache,
  openSqliteCheckpoints,
  openSqliteDatabase,
  systemClock,
  systemRandom,
} from '@verifiedfan/embedded';
import {
  type Catalogue,
  type Clock,
  type Platform,
  PortError,
  type Random,
  type ResourceDefinition,
} from '@verifiedfan/ports';
import { findSlowestConsumer } from './consumers.ts';
import { type FreshBucket, withFreshWaits } from './fresh-bucket.ts';
import { SECRET_GENERATORS } from './secrets.ts';

export type EmbeddedPlatformOptions = {
  /** Holds everything; the caller owns it (`ownDirectory`). */
  directory: string;
  catalogue: Catalogue;
  /** Streams and tables that workers of this process read: their newest records stay in memory. @default none */
  readHere?: ReadonlySet<string> | undefined;
  clock?: Clock;
  random?: Random;
};

/** Consumers are a few batches behind; what stays longer only lives long enough to be promoted by the garbage collector. */
const TAIL_RECORDS = 8_000;
const CACHED_ROWS = 2_000;

type Closable = { close(): void | Promise<void> };
type OfKind<Kind> = Extract<ResourceDefinition, { kind: Kind }>;

/**
 * All ports on LevelDB, node:sqlite and the file system, below one directory. Each resource is opened when it is first asked for, so a
 * command that only reads counts opens one table.
 */
export const createEmbeddedPlatform = ({
  directory,
  catalogue,
  readHere = new Set(),
  clock = systemClock,
  random = systemRandom,
}: EmbeddedPlatformOptions): Platform => {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const open: Closable[] = [];
  const path = (...parts: string[]): string => join(directory, ...parts);

  const definitionOf = <Kind extends ResourceDefinition['kind']>(kind: Kind, name: string): OfKind<Kind> => {
    const definition = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined;
    if (definition?.kind !== kind)
      throw new PortError({
        code: 'not_found',
        message: `there is no ${kind} of this name in the catalogue`,
        resource: name,
      });
    return definition as OfKind<Kind>;
  };

  const tailOf = (name: string): number => (readHere.has(name) ? TAIL_RECORDS : 0);

  /** Opens one resource per name and closes it with the platform. */
  const once = <Resource>(make: (name: string) => Resource) => {
    const made = new Map<string, Resource>();
    return (name: string): Resource => {
      const known = made.get(name);
      if (known !== undefined) return known;
      const resource = make(name);
      if (typeof resource === 'object' && resource !== null && 'close' in resource) open.push(resource as Closable);
      made.set(name, resource);
      return resource;
    };
  };

  const queues = once(() => openQueueStore({ location: path('queues.sqlite'), clock, random, releaseInFlight: true }));
  const bucket = once((name): FreshBucket => {
    definitionOf('bucket', name);
    // Workers remove the versions that they are done with; an unfinished load needs older ones than any fixed number would keep.
    return withFreshWaits(
      openFolderBucket({ name, location: path('buckets', name), clock, random, keepVersions: 1_000 }),
    );
  });
  const checkpoints = once(() => openSqliteCheckpoints({ location: path('checkpoints.sqlite') }));
  const flags = once(() => openFileFlags({ location: path('flags.json') }));
  /** A directory may lie for days before it is taken up again: nothing is trimmed that a consumer has still to read, however old. */
  const slowestConsumer = (resource: string) => (shard: string) =>
    findSlowestConsumer(checkpoints('checkpoints'), { resource, shard });

  return {
    clock,
    random,
    metrics: createMemoryMetrics(),
    secrets: openFileSecrets({ location: path('secrets.json'), random, generators: SECRET_GENERATORS }),
    get flags() {
      return flags('flags');
    },
    get checkpoints() {
      return checkpoints('checkpoints');
    },
    table: once((name) => {
      const { changeShards } = definitionOf('table', name);
      const tailRecords = tailOf(name);
      return openLevelTable({
        name,
        location: path('tables', name),
        clock,
        changeShards,
        slowestConsumer: slowestConsumer(name),
        tailRecords,
        cacheRows: CACHED_ROWS,
      });
    }),
    stream: once((name) => {
      const { shards, retentionHours = 24 } = definitionOf('stream', name);
      return openLevelStream({
        name,
        location: path('streams', name),
        clock,
        shards,
        retentionMs: retentionHours * 3_600_000,
        slowestConsumer: slowestConsumer(name),
        tailRecords: tailOf(name),
      });
    }),
    topic: once((name) =>
      openLevelTopic({
        name,
        location: path('topics', name),
        clock,
        partitions: definitionOf('topic', name).partitions,
      }),
    ),
    queue(name) {
      const definition = definitionOf('queue', name);
      return queues('queues').queue(name, definition);
    },
    bucket,
    notifications: (name) => bucket(name),
    cache: once((name) => {
      definitionOf('cache', name);
      return openSqliteCache({ location: path('caches', `${name}.sqlite`), clock });
    }),
    database: once((service) => openSqliteDatabase({ location: path('databases', `${service}.sqlite`), random })),
    async close() {
      // In the reverse order of opening; all are closed even when one of them fails.
      const results = await Promise.allSettled(open.toReversed().map(async (resource) => resource.close()));
      open.length = 0;
      const failed = results.find((result) => result.status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },
  };
};
