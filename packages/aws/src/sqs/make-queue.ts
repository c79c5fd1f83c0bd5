import { CreateQueueCommand, GetQueueAttributesCommand, type QueueAttributeName } from '@aws-sdk/client-sqs';
import type { AwsConnection } from '../sdk/connection.ts';
import { calling } from '../sdk/errors.ts';
import { malformed, openSdk } from './client.ts';

export type MakeQueueOptions = {
  /** Ends with `.fifo` for a FIFO queue. */
  queueName: string;
  /** How long a received message stays hidden, in seconds. @default 30 */
  visibilitySeconds?: number | undefined;
  /** Where messages go after so many receives. The queue must be there, and of the same kind. */
  deadLetters?: { queueUrl: string; maxReceiveCount: number } | undefined;
  connection: AwsConnection;
};

/**
 * Makes a queue and answers its address; one that is there already with the same attributes stays as it is. For tests and emulators: a
 * deployed estate has its queues from its own stack.
 */
export const makeQueue = async (options: MakeQueueOptions): Promise<string> => {
  const { queueName, visibilitySeconds = 30, deadLetters, connection } = options;
  const sdk = openSdk(connection);
  const arnOf = async (QueueUrl: string): Promise<string> => {
    const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
    const { Attributes } = await sdk.send(command);
    return Attributes?.QueueArn ?? '';
  };
  const redrive = async (): Promise<Partial<Record<QueueAttributeName, string>>> => {
    if (deadLetters === undefined) return {};
    const { queueUrl, maxReceiveCount } = deadLetters;
    return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: await arnOf(queueUrl), maxReceiveCount }) };
  };
  try {
    return await calling({ operation: `CreateQueue ${queueName}`, resource: queueName }, async () => {
      const Attributes = {
        VisibilityTimeout: String(visibilitySeconds),
        ...(queueName.endsWith('.fifo') ? { FifoQueue: 'true' } : {}),
        ...(await redrive()),
      };
      const { QueueUrl } = await sdk.send(new CreateQueueCommand({ QueueName: queueName, Attributes }));
      if (!QueueUrl) throw malformed('CreateQueue', queueName);
      return QueueUrl;
    });
  } finally {
    sdk.destroy();
  }
};
