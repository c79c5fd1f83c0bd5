/** What `count-requests.ts` writes down. */
export type RequestCounts = {
  byKind: Record<string, { requests: number; ms: number }>;
  /** Time in which nothing but polls was under way, in milliseconds. */
  idleMs: number;
};

/** Questions whether there is something to do: they wait, or answer that there is nothing, and hold up nobody. */
export const isPoll = (kind: string): boolean =>
  /\.(GetRecords|GetShardIterator|ReceiveMessage|GetQueueAttributes|ListShards|DescribeStream)$/.test(kind);

/** One line of a bill, as the command reports it. */
export type BillLine = { resource: string; operation: string; requests: number; entries: number; units: number };

/** What happened between two readings. */
export const between = (before: RequestCounts, after: RequestCounts): RequestCounts => ({
  byKind: Object.fromEntries(
    Object.entries(after.byKind).flatMap(([kind, { requests, ms }]) => {
      const earlier = before.byKind[kind] ?? { requests: 0, ms: 0 };
      const more = requests - earlier.requests;
      return more === 0 ? [] : [[kind, { requests: more, ms: ms - earlier.ms }]];
    }),
  ),
  idleMs: after.idleMs - before.idleMs,
});

/** Kinds of request that are told one by one, those that take most time; the rest of the table would be twenty more. */
const TOLD = 8;

/** Most entries that one request of this kind holds. */
const MOST = {
  'DynamoDB.BatchGetItem': { operation: 'getMany', most: 100 },
  'Kinesis.PutRecords': { operation: 'putMany', most: 500 },
  'SQS.SendMessageBatch': { operation: 'sendMany', most: 10 },
} as const;

const decimals = (value: number): string => (value >= 10 ? value.toFixed(0) : value.toPrecision(2));

/** Where the time goes on AWS: requests for each registrant, how full batches are, what each kind of call waits for its answer. */
export const detailOf = (
  { byKind, idleMs }: RequestCounts,
  { registrants, seconds, bill }: { registrants: number; seconds: number; bill: readonly BillLine[] },
): Record<string, number | string> => {
  const kinds = Object.entries(byKind).sort(([, a], [, b]) => b.ms - a.ms);
  const total = kinds.reduce((sum, [, { requests }]) => sum + requests, 0);
  const written = bill.filter(({ operation }) => operation === 'updateMany' || operation === 'transact');
  const units = written.reduce((sum, line) => sum + line.units, 0);
  const fill = Object.entries(MOST).flatMap(([kind, { operation, most }]) => {
    const requests = byKind[kind]?.requests ?? 0;
    const entries = bill.filter((line) => line.operation === operation).reduce((sum, line) => sum + line.entries, 0);
    return requests === 0 ? [] : [`${kind} ${decimals(entries / requests)} of ${most}`];
  });
  return {
    'requests a registrant': total / registrants,
    'write units a registrant': units / registrants,
    'entries a request': fill.join(', '),
    'requests, and ms that each waits': kinds
      .slice(0, TOLD)
      .map(([kind, { requests, ms }]) => `${kind} ${requests.toLocaleString('en-US')} × ${decimals(ms / requests)}`)
      .join(', '),
    'requests under way on average, without polls':
      kinds.reduce((sum, [kind, { ms }]) => sum + (isPoll(kind) ? 0 : ms), 0) / (seconds * 1_000),
    'seconds with nothing but polls under way': idleMs / 1_000,
  };
};
