import { isDeepStrictEqual } from 'node:util';
import type { Difference, KnownDifference } from '../../../src/index.ts';
import type { QueueOperation } from './operations.ts';

/** The same without what names a message for deduplication, at any depth. */
const withoutNames = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (name, inner: unknown) => (name === 'deduplicationId' ? undefined : inner));

const isEmpty = (answer: Difference<QueueOperation>['server']): boolean =>
  'answered' in answer && isDeepStrictEqual(answer.answered, []);

/** What ElasticMQ 1.7.1 does otherwise than SQS, on FIFO queues: there is no random sequence to play on these, only the examples. */
export const KNOWN_OF_ELASTICMQ: readonly KnownDifference<QueueOperation>[] = [
  {
    name: 'a message that is moved to the dead letters gets another deduplication id',
    evidence:
      'attributes of a message stay when SQS moves it, and ministack keeps this one; ElasticMQ makes a random UUID',
    example: [
      { send: [{ body: 'message 1', group: 'a', deduplicationId: '1' }] },
      ...[1, 2].flatMap((): QueueOperation[] => [{ receive: true }, { giveBack: ['message 1'] }]),
      { receive: true },
      { collectDead: true },
    ],
    covers: ({ operation, embedded, server }) =>
      (operation === undefined || 'collectDead' in operation) &&
      isDeepStrictEqual(withoutNames(embedded), withoutNames(server)),
  },
  {
    name: 'a message that was given back is received while a later one of its group is in flight',
    evidence:
      '"no more messages for the same message group ID are returned unless you delete the message or it becomes visible" (developer guide of SQS, ' +
      'FIFO delivery logic); ministack holds the group back',
    example: [
      { send: [1, 2].map((index) => ({ body: `message ${index}`, group: 'a', deduplicationId: `${index}` })) },
      { receive: true },
      { giveBack: ['message 1'] },
      { receive: true },
    ],
    covers: ({ operation, embedded, server }) =>
      operation !== undefined && 'receive' in operation && isEmpty(embedded) && !isEmpty(server),
  },
];
