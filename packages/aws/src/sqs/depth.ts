import { GetQueueAttributesCommand, type QueueAttributeName } from '@aws-sdk/client-sqs';
import { PortError, type QueueDepth } from '@verifiedfan/ports';
import { malformed, type Sqs } from './client.ts';

/** Where messages go that were received too often. */
export type RedrivePolicy = { deadLetterArn: string; maxReceiveCount: number };

const attributesOf = async <Name extends QueueAttributeName>(
  sqs: Sqs,
  names: readonly Name[],
): Promise<Partial<Record<Name, string>>> => {
  const { Attributes = {} } = await sqs.call({
    operation: 'GetQueueAttributes',
    send: (sdk, QueueUrl) => sdk.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] })),
  });
  return Attributes as Partial<Record<Name, string>>;
};

/** SQS counts approximately: a count is right within a minute after nothing changes any more. */
export const readDepth = async (sqs: Sqs): Promise<QueueDepth> => {
  const found = await attributesOf(sqs, [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  ]);
  const depth = {
    visible: Number(found.ApproximateNumberOfMessages),
    inFlight: Number(found.ApproximateNumberOfMessagesNotVisible),
    delayed: Number(found.ApproximateNumberOfMessagesDelayed),
  };
  if (!Object.values(depth).every(Number.isSafeInteger)) throw malformed('GetQueueAttributes', sqs.name);
  return depth;
};

export const readRedrivePolicy = async (sqs: Sqs): Promise<RedrivePolicy | undefined> => {
  const { RedrivePolicy: text } = await attributesOf(sqs, ['RedrivePolicy']);
  if (text === undefined || text === '') return undefined;
  try {
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text);
    return { deadLetterArn: String(deadLetterTargetArn), maxReceiveCount: Number(maxReceiveCount) };
  } catch {
    throw malformed('GetQueueAttributes', sqs.name);
  }
};

/** Refuses a queue that is missing, or of the other kind: order would be lost without a word, or groups demanded that nobody sends. */
export const verifyQueue = async (sqs: Sqs, fifo: boolean): Promise<void> => {
  const { QueueArn: arn = '' } = await attributesOf(sqs, ['QueueArn']);
  if (arn.endsWith('.fifo') === fifo) return;
  const kinds = fifo ? 'a standard queue, but was to be FIFO' : 'a FIFO queue, but was to be a standard one';
  throw new PortError({
    code: 'validation',
    message: `the SQS queue behind ${sqs.name} is ${kinds}`,
    resource: sqs.name,
  });
};
