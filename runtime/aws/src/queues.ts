import type { QueueDefinition } from '@verifiedfan/ports';
import type { Worker } from '@verifiedfan/worker';
import { Validations } from 'aws-cdk-lib';
import { CfnQueue, CfnQueuePolicy } from 'aws-cdk-lib/aws-sqs';
import { idOf } from './naming.ts';
import type { Stage } from './stage.ts';
import { waitsOf } from './waits.ts';

/** As long as SQS keeps anything, in seconds: somebody has to look at these. */
const FORTNIGHT = 1_209_600;

type QueueOptions = {
  id: string;
  name: string;
  fifo?: boolean;
  settings?: object;
  /** ARNs of the rules of EventBridge that may send to it. */
  rules?: readonly string[];
};

/** A queue that is encrypted and speaks TLS alone. */
const makeOne = ({ scope }: Stage, { id, name, fifo = false, settings = {}, rules = [] }: QueueOptions): CfnQueue => {
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
        ...rules.map((rule, at) => ({
          Sid: `Rule${at + 1}`,
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: queue.attrArn,
          Condition: { ArnEquals: { 'aws:SourceArn': rule } },
        })),
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
  const { fifo = false, maxReceiveCount = 5, deadLetterQueue } = definition;
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
    settings: {
      visibilityTimeout: waitsOf(name, stage).hiddenSeconds,
      redrivePolicy: { deadLetterTargetArn, maxReceiveCount },
    },
  });
  return deadLetterQueue === undefined ? own : naming.nameOf(deadLetterQueue);
};

/**
 * Where Lambda writes what it gave up on: the positions of records of a stream, or the whole event of an upload or a schedule. And EventBridge,
 * when it cannot hand an event of a schedule to Lambda.
 */
export const makeFailures = (stage: Stage, name: string, { sources }: Worker): CfnQueue => {
  const { naming } = stage;
  const schedules = sources.filter(({ kind }) => kind === 'schedule');
  const rules = schedules.map(({ resource }) => naming.arns.rule(resource));
  const queue = makeOne(stage, { id: `${idOf(name)}Failures`, name: naming.failuresNameOf(name), rules });
  isLast(queue);
  return queue;
};
