import { type AwsConnection, createAwsSecrets } from '@verifiedfan/aws';
import { systemClock, systemRandom } from '@verifiedfan/embedded';
import {
  type Catalogue,
  type Flags,
  type Metrics,
  type Platform,
  PortError,
  type ResourceDefinition,
  type Secrets,
} from '@verifiedfan/ports';
import { keepSecrets } from '../kept-secrets.ts';
import { assertResourceNames, type ResourceNames, secretNameOf } from '../resource-names.ts';
import { createTableCheckpoints } from '../table-checkpoints.ts';
import { fixedFlags } from './fixed-flags.ts';
import type { AwsContext, AwsKinds, Opened, OpenKind } from './kinds.ts';
import { notReady } from './not-ready.ts';

export type AwsPlatformOptions = {
  /** What this process may touch; nothing else can be opened. */
  catalogue: Catalogue;
  names: ResourceNames;
  kinds: AwsKinds;
  /** @default what the SDK finds in its environment */
  connection?: Partial<AwsConnection> | undefined;
  metrics: Metrics;
  /** @default every flag has its fallback */
  flags?: ((context: AwsContext) => Promise<Flags & Pick<Opened, 'close'>>) | undefined;
  /** Asked anew every five minutes. @default Secrets Manager */
  secrets?: Secrets | undefined;
};

export type AwsPlatform = Platform & {
  /** Looks at every resource of the catalogue. Throws one error that names all that are missing or not as they should be. */
  verify(): Promise<void>;
};

/** Where a process that polls keeps how far it has come. */
export const CHECKPOINT_TABLE = 'checkpointTable';

type OfKind<Kind> = Extract<ResourceDefinition, { kind: Kind }>;
type Kind = keyof AwsKinds;

/** All ports on AWS and the engines beside it. Resources are opened when they are first asked for; none is made. */
export const createAwsPlatform = async (options: AwsPlatformOptions): Promise<AwsPlatform> => {
  const { catalogue, names, kinds, metrics } = options;
  assertResourceNames(names);
  const { clock = systemClock, random = systemRandom } = options.connection ?? {};
  const connection: AwsConnection = { ...options.connection, clock, random };
  // Kept here, where somebody who has met an unknown key can have it asked for anew, and not by the driver.
  const asked = options.secrets ?? createAwsSecrets({ connection, prefix: secretNameOf('', names), ttlMs: 0 });
  const secrets = keepSecrets({ secrets: asked, clock });
  const context: AwsContext = { connection, names, secrets, clock, random };
  const opened = new Map<string, Opened>();

  /** Sets up one kind when the catalogue, or the caller, has any of it. */
  const setUp = async <Definition, Resource extends object>(
    kind: Kind,
    open: OpenKind<Definition, Resource> | undefined,
  ) => {
    const isUsed = kind === 'database' || Object.values(catalogue).some((each) => each.kind === catalogueKindOf(kind));
    const maker = isUsed ? await open?.(context) : undefined;
    if (maker !== undefined) opened.set(kind, maker);
    return (name: string, definition: Definition): Resource => {
      const known = opened.get(`${kind} ${name}`);
      if (known !== undefined) return known as Resource;
      if (maker === undefined) throw unknownResource(kind, name);
      const resource = maker.open(name, definition);
      opened.set(`${kind} ${name}`, resource);
      return resource;
    };
  };
  const definitionOf = <Kind extends ResourceDefinition['kind']>(kind: Kind, name: string): OfKind<Kind> => {
    const definition = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined;
    if (definition?.kind !== kind) throw unknownResource(kind, name);
    return definition as OfKind<Kind>;
  };

  const close = async (): Promise<void> => {
    // In the reverse order of opening; all are closed even when one of them fails.
    const closing = [...opened.values()].toReversed().map(async (resource) => resource.close?.());
    opened.clear();
    const failed = (await Promise.allSettled(closing)).find((result) => result.status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  };

  const openFlags = async (): Promise<Flags> => {
    const flags: Flags & Opened = (await options.flags?.(context)) ?? fixedFlags({});
    opened.set('flags', flags);
    return flags;
  };

  const settingUp = [
    setUp('table', kinds.table),
    setUp('stream', kinds.stream),
    setUp('queue', kinds.queue),
    setUp('bucket', kinds.bucket),
    setUp('cache', kinds.cache),
    setUp('topic', kinds.topic),
    setUp('database', kinds.database),
    setUp('notifications', kinds.notifications),
    openFlags(),
  ] as const;
  // Waits for all of them, so that one start says everything that is missing and leaves no connection of the others behind.
  const faults = (await Promise.allSettled(settingUp)).flatMap((each) =>
    each.status === 'rejected' ? [each.reason] : [],
  );
  if (faults.length > 0) {
    await close().catch(() => {});
    throw faults.length === 1 ? faults[0] : notReady(faults);
  }
  const [table, stream, queue, bucket, cache, topic, database, notifications, flags] = await Promise.all(settingUp);
  const platform: Platform = {
    clock,
    random,
    metrics,
    flags,
    secrets,
    get checkpoints() {
      return createTableCheckpoints({ table: platform.table(CHECKPOINT_TABLE) });
    },
    table: (name) => table(name, definitionOf('table', name)),
    stream: (name) => stream(name, definitionOf('stream', name)),
    queue: (name) => queue(name, definitionOf('queue', name)),
    bucket: (name) => bucket(name, definitionOf('bucket', name)),
    cache: (name) => cache(name, definitionOf('cache', name)),
    topic: (name) => topic(name, definitionOf('topic', name)),
    database: (service) => database(service, undefined),
    notifications: (name) => notifications(name, definitionOf('bucket', name)),
    close,
  };
  // Not by spreading: that would ask for the checkpoints, which only a process that polls has.
  return Object.assign(platform, {
    async verify() {
      for (const [name, { kind }] of Object.entries(catalogue)) {
        if (kind !== 'schedule' && kinds[kind] !== undefined) platform[kind](name);
        if (kind === 'bucket' && kinds.notifications !== undefined) platform.notifications(name);
      }
      await verifyAll(opened.values());
    },
  });
};

const catalogueKindOf = (kind: Kind): string => (kind === 'notifications' ? 'bucket' : kind);

const unknownResource = (kind: string, name: string): PortError =>
  new PortError({ code: 'not_found', message: `there is no ${kind} of this name in the catalogue`, resource: name });

const verifyAll = async (resources: Iterable<Opened>): Promise<void> => {
  const results = await Promise.allSettled([...resources].map(async (resource) => resource.verify?.()));
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
  if (errors.length > 0) throw notReady(errors);
};
