import type { QueueDefinition } from '@verifiedfan/ports';
import { Validations } from 'aws-cdk-lib';
import { CfnQueue, CfnQueuePolicy } from 'aws-cdk-lib/aws-sqs';
import { idOf } from './naming.ts';
import type { Stage } from './stage.ts';

/** As long as SQS keeps anything, in seconds: somebody has to look at these. */
const FORTNIGHT = 1_209_600;

type QueueOptions = { id: string; name: string; fifo?: boolean; settings?: object };

/** A queue that is encrypted and speaks TLS alone. */
const makeOne = ({ scope }: Stage, { id, name, fifo = false, settings = {} }: QueueOptions): CfnQueue => {
  const queue = new CfnQueue(scope, id, {
    queueName: name,
    sqsManagedSseEnabled: true,
    messageRetentionPeriod: FORTNIGHT,
    ...(fifo ? { fifoQueue: true } : {}),
    ...settings,
  });
  new CfnQueuePolicy(scope, `${id}Policy`, {
    queues: [queue.ref],
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'TlsOnly',
          Effect: 'Deny',
          Principal: '*',
          Action: 'sqs:*',
          Resource: queue.attrArn,
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    },
  });
  return queue;
};

const isLast = (queue: CfnQueue): void =>
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'This is the queue that undeliverable messages end in; an alarm watches it.',
  });

/** A queue of the catalogue with the queue that its undeliverable messages end in. Returns the name of the latter. */
export const makeQueue = (stage: Stage, name: string, definition: QueueDefinition): string => {
  const { naming } = stage;
  const { fifo = false, visibilitySeconds = 30, maxReceiveCount = 5, deadLetterQueue } = definition;
  const own = `${naming.deadLettersNameOf(name)}${fifo ? '.fifo' : ''}`;
  const makeLast = (): CfnQueue => {
    const last = makeOne(stage, { id: `${idOf(name)}DeadLetters`, name: own, fifo });
    isLast(last);
    return last;
  };
  const deadLetterTargetArn = deadLetterQueue === undefined ? makeLast().attrArn : naming.arns.queue(deadLetterQueue);
  makeOne(stage, {
    id: idOf(name),
    name: naming.nameOf(name),
    fifo,
    settings: { visibilityTimeout: visibilitySeconds, redrivePolicy: { deadLetterTargetArn, maxReceiveCount } },
  });
  return deadLetterQueue === undefined ? own : naming.nameOf(deadLetterQueue);
};

/** Where Lambda writes what it gave up on: the positions of records of a stream, or the whole event of an upload. */
export const makeFailures = (stage: Stage, worker: string): CfnQueue => {
  const queue = makeOne(stage, { id: `${idOf(worker)}Failures`, name: stage.naming.failuresNameOf(worker) });
  isLast(queue);
  return queue;
};
