import type { ResourceDefinition } from '@verifiedfan/ports';

/** What the resources of one stage are called in an account. Stages share nothing, so every name begins with the stage's own prefix. */
export type ResourceNames = {
  /** 1 to 24 of `a-z 0-9 -`, beginning with a letter, such as `verifiedfan-dev`. */
  prefix: string;
  /** Behind the names of buckets, which are unique in the world: account and region, for one. @default none */
  bucketSuffix?: string | undefined;
};

/** Throws a `TypeError` for names that some service would refuse. */
export const assertResourceNames = ({ prefix, bucketSuffix }: ResourceNames): void => {
  assertPart('the prefix of resources', prefix, /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,23}$/);
  if (bucketSuffix !== undefined)
    assertPart('the suffix of buckets', bucketSuffix, /^[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?$/);
};

type Named = { name: string; definition: ResourceDefinition };

/**
 * The name of a resource in an account. Tables, streams, caches, topics and schedules are `<prefix>-<name>`; FIFO queues end as SQS wants it, and
 * buckets are in lower case with hyphens, for S3 takes nothing else. Throws a `TypeError` for what no service would take.
 */
export const resourceNameOf = ({ name, definition }: Named, names: ResourceNames): string => {
  assertResourceNames(names);
  const { prefix, bucketSuffix } = names;
  if (definition.kind === 'queue') return `${prefix}-${name}${definition.fifo ? '.fifo' : ''}`;
  if (definition.kind !== 'bucket') return `${prefix}-${name}`;
  return [prefix, kebab(name), bucketSuffix].filter((part) => part !== undefined).join('-');
};

/** Where S3 tells of uploads to a bucket when one process polls; Lambda is told by S3 itself. */
export const notificationQueueNameOf = (bucket: string, { prefix }: ResourceNames): string =>
  `${prefix}-${bucket}Notifications`;

/** Where Lambda writes what it gave up of a worker. */
export const failuresNameOf = (worker: string, { prefix }: ResourceNames): string => `${prefix}-${worker}Failures`;

export const secretNameOf = (name: string, { prefix }: ResourceNames): string => `${prefix}/${name}`;

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const assertPart = (what: string, value: string, grammar: RegExp): void => {
  if (!grammar.test(value)) throw new TypeError(`${what} must match ${grammar.source}`);
};
