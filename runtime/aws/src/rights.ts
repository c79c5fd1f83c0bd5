import type { ServiceDefinition } from '@verifiedfan/lambda/services';
import type { Catalogue } from '@verifiedfan/ports';
import { type Grant, grantsOf, parseTarget, type TableActionName, type Worker } from '@verifiedfan/worker';

/** Something that a right is about, whatever it is called in an account. */
export type Subject =
  | { kind: 'table' | 'changes' | 'stream' | 'queue' | 'bucket' | 'objects' | 'secret'; name: string }
  /** The log group, and the failure queue, of the worker itself. */
  | { kind: 'logs' | 'failures' };

export type Right = {
  subject: Subject;
  actions: readonly string[];
  /** Prefixes of partition keys: the only part of a key that IAM sees. */
  leadingKeys?: readonly string[];
};

const TABLE_ACTIONS: Readonly<Record<TableActionName, readonly string[]>> = {
  get: ['dynamodb:BatchGetItem', 'dynamodb:GetItem'],
  query: ['dynamodb:Query'],
  scan: ['dynamodb:Scan'],
  check: ['dynamodb:ConditionCheckItem'],
  put: ['dynamodb:PutItem'],
  update: ['dynamodb:UpdateItem'],
  delete: ['dynamodb:DeleteItem'],
};

/** What reading, writing and removing mean for the other kinds. A driver finds a queue by its name. */
const ACTIONS = {
  stream: { reads: [], writes: ['kinesis:PutRecords'], deletes: [] },
  queue: { reads: [], writes: ['sqs:GetQueueUrl', 'sqs:SendMessage'], deletes: [] },
  objects: {
    reads: ['s3:GetObject', 's3:GetObjectVersion'],
    writes: ['s3:AbortMultipartUpload', 's3:PutObject'],
    deletes: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
  },
} as const;

/**
 * For whoever looks an object up, which writing does too: without the first S3 says that an object is forbidden where it is missing, and by
 * the second the driver finds versions. Removing needs neither.
 */
const FIND_OBJECTS = ['s3:ListBucket', 's3:ListBucketVersions'];

/** What Lambda does with a source on behalf of the function. */
const SOURCE_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  // Without dynamodb:ListStreams, which knows no resource: a mapping is given the stream's ARN.
  changes: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
  stream: [
    'kinesis:DescribeStream',
    'kinesis:DescribeStreamSummary',
    'kinesis:GetRecords',
    'kinesis:GetShardIterator',
    'kinesis:ListShards',
  ],
  queue: ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
};
const SOURCE_KINDS = { dynamodb: 'changes', kinesis: 'stream', sqs: 'queue' } as const;

/** Addresses of the engines beside AWS are secrets, for they hold passwords. */
export const URI_SECRETS = { cache: 'redisUri', topic: 'kafkaUri', database: 'mongodbUri' } as const;

const READ_SECRET = ['secretsmanager:GetSecretValue'];

/** Where the worker kit puts every record that is rejected. */
export const DEAD_LETTER_TABLE = 'deadLetterTable';

const DEAD_LETTERS: Right = {
  subject: { kind: 'table', name: DEAD_LETTER_TABLE },
  actions: TABLE_ACTIONS.put,
  leadingKeys: ['dead-letter:*'],
};

/** Everything that a worker may do in an account, from its declaration alone, and nothing else. */
export const rightsOf = (worker: Worker, catalogue: Catalogue): Right[] => [
  { subject: { kind: 'logs' }, actions: ['logs:CreateLogStream', 'logs:PutLogEvents'] },
  ...sourceRights(worker),
  ...Object.entries(catalogue).flatMap(([name, { kind }]) => resourceRights(worker, name, kind)),
  ...(worker.sources.some(({ mode }) => mode === 'batch') ? [DEAD_LETTERS] : []),
  ...secretsOf(worker, catalogue).map(
    (name): Right => ({
      subject: { kind: 'secret', name },
      actions: READ_SECRET,
    }),
  ),
];

/** The addresses of the engines beside AWS that a worker uses. */
export const engineSecretsOf = (worker: Worker, catalogue: Catalogue): string[] => {
  const kinds = targetsOf(worker).map(({ resource }) => catalogue[resource]?.kind);
  return Object.entries(URI_SECRETS).flatMap(([kind, secret]) => (kinds.some((each) => each === kind) ? [secret] : []));
};

/** Read where the setting `UNLEASH_URL` names a server of flags, and otherwise left without a value. */
const UNLEASH_TOKEN = 'unleashToken';

/** The secrets that a worker declared, the addresses of the engines that it uses, and what its flag is asked with. */
export const secretsOf = (worker: Worker, catalogue: Catalogue): string[] =>
  [
    ...worker.secrets,
    ...engineSecretsOf(worker, catalogue),
    ...(worker.flag === undefined ? [] : [UNLEASH_TOKEN]),
  ].sort();

/** Whether Lambda itself gives something up: of a queue it never does, and a request is answered. */
export const leavesFailures = ({ sources }: Pick<Worker, 'sources'>): boolean =>
  sources.some(({ kind }) => kind === 'dynamodb' || kind === 'kinesis' || kind === 's3' || kind === 'schedule');

/** Everything that the task of a REST service may do in an account, from its entry in the list alone. Its log is written on its behalf. */
export const serviceRightsOf = (service: ServiceDefinition, catalogue: Catalogue): Right[] => [
  ...service.writes.flatMap((name): Right[] => {
    const kind = catalogue[name]?.kind;
    if (kind !== 'stream' && kind !== 'queue')
      throw new TypeError(`a service sends to streams and queues, not to ${name}`);
    return [{ subject: { kind, name }, actions: ACTIONS[kind].writes }];
  }),
  ...serviceSecretsOf(service).map((name): Right => ({ subject: { kind: 'secret', name }, actions: READ_SECRET })),
];

/** The secrets that a service needs, those of its partners, the addresses of its engines, and what flags are asked with. */
export const serviceSecretsOf = ({ secrets, partners, caches }: ServiceDefinition): string[] =>
  [
    ...secrets,
    ...Object.values(partners).flat(),
    URI_SECRETS.database,
    UNLEASH_TOKEN,
    ...(caches.length === 0 ? [] : [URI_SECRETS.cache]),
  ].sort();

const targetsOf = ({ reads, writes, requeues, deletes }: Worker) =>
  [...reads, ...writes, ...requeues, ...deletes].map(parseTarget);

const sourceRights = ({ sources }: Pick<Worker, 'sources'>): Right[] => {
  const rights = sources.flatMap(({ kind, resource }): Right[] => {
    const subject = SOURCE_KINDS[kind as keyof typeof SOURCE_KINDS];
    return subject === undefined
      ? []
      : [{ subject: { kind: subject, name: resource }, actions: SOURCE_ACTIONS[subject] ?? [] }];
  });
  return leavesFailures({ sources })
    ? [...rights, { subject: { kind: 'failures' }, actions: ['sqs:SendMessage'] }]
    : rights;
};

const resourceRights = (worker: Worker, name: string, kind: Catalogue[string]['kind']): Right[] => {
  if (kind === 'table') return tableRights(grantsOf(worker, name), name);
  const has = (list: readonly string[]): boolean => list.some((target) => parseTarget(target).resource === name);
  const uses = {
    reads: has(worker.reads),
    writes: has([...worker.writes, ...worker.requeues]),
    deletes: has(worker.deletes),
  };
  const actions = (of: keyof typeof ACTIONS): string[] =>
    (['reads', 'writes', 'deletes'] as const).flatMap((use) => (uses[use] ? ACTIONS[of][use] : []));
  if (kind === 'stream' || kind === 'queue') return some({ subject: { kind, name }, actions: actions(kind) });
  if (kind !== 'bucket') return [];
  return [
    ...some({ subject: { kind: 'bucket', name }, actions: uses.reads || uses.writes ? FIND_OBJECTS : [] }),
    ...some({ subject: { kind: 'objects', name }, actions: actions('objects') }),
  ];
};

const some = (right: Right): Right[] => (right.actions.length === 0 ? [] : [right]);

/** One right for each set of partition keys; IAM cannot tell sort keys, to which the service kit holds a worker. */
const tableRights = (grants: readonly Grant[], name: string): Right[] => {
  const byKeys = Map.groupBy(grants, ({ partitionPrefix }) => partitionPrefix);
  const merged = [...byKeys].map(([prefix, same]) => ({
    prefix,
    actions: [...new Set(same.flatMap(({ actions }) => actions).flatMap((action) => TABLE_ACTIONS[action]))].sort(),
  }));
  return [...Map.groupBy(merged, ({ actions }) => actions.join())].map(([, same]): Right => {
    const prefixes = same.map(({ prefix }) => prefix);
    const right = { subject: { kind: 'table', name }, actions: same[0]?.actions ?? [] } as const;
    return prefixes.includes('') ? right : { ...right, leadingKeys: prefixes.map((prefix) => `${prefix}*`).sort() };
  });
};
