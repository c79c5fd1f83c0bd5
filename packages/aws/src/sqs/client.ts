import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PortError } from '@verifiedfan/ports';
import { type AwsConnection, sdkClient, sdkConfiguration } from '../sdk/connection.ts';
import { toPortError } from '../sdk/errors.ts';
import { createLifecycle, type Lifecycle } from '../sdk/lifecycle.ts';

/** What one call cost, for a bill that somebody else prints. */
export type SqsUse = {
  /** As the API calls it: `SendMessageBatch`. */
  operation: string;
  /** Requests that were sent, repeated ones included. */
  requests: number;
  /** Messages that were sent, received, deleted or changed. */
  messages: number;
  /** Bytes of sent or received messages, with their attributes. */
  bytes: number;
  /** Chunks of 64 KB, which is what AWS counts as a request: at least 1 for each request. */
  units: number;
};

export type SqsClientOptions = {
  name: string;
  connection: AwsConnection;
  /** The queue's address, or its name, which is looked up with the first call. */
  queueUrl?: string | undefined;
  queueName?: string | undefined;
  /** Told after each call, failed ones too. Must not throw. */
  onUse?: ((use: SqsUse) => void) | undefined;
};

type Answered = { $metadata: { attempts?: number | undefined } };
type Measured = Pick<SqsUse, 'messages' | 'bytes'>;
type Call<Answer> = {
  operation: string;
  send: (sdk: SQSClient, queueUrl: string) => Promise<Answer>;
  measure?: ((answer: Answer) => Measured) | undefined;
};

/** The SDK's client for one queue, with errors of the ports, spans, a bill and an orderly end. */
export type Sqs = {
  readonly name: string;
  readonly lifecycle: Lifecycle;
  call<Answer extends Answered>(call: Call<Answer>): Promise<Answer>;
};

const NOTHING: Measured = { messages: 0, bytes: 0 };
const UNIT_BYTES = 64 * 1_024;

export const openSdk = (connection: AwsConnection): SQSClient =>
  sdkClient(new SQSClient(sdkConfiguration(connection)), { name: 'sqs', connection });

const attemptsOf = (outcome: unknown): number => {
  const { $metadata } = (typeof outcome === 'object' && outcome !== null ? outcome : {}) as Partial<Answered>;
  return $metadata?.attempts ?? 1;
};

export const createSqs = ({ name, connection, queueUrl, queueName = '', onUse }: SqsClientOptions): Sqs => {
  const sdk = openSdk(connection);
  let found = queueUrl === undefined ? undefined : Promise.resolve(queueUrl);
  const label = queueName === '' ? (queueUrl?.split('/').at(-1) ?? '') : queueName;

  const report = (operation: string, outcome: unknown, { messages, bytes }: Measured): void => {
    const requests = attemptsOf(outcome);
    onUse?.({ operation, requests, messages, bytes, units: requests * Math.max(1, Math.ceil(bytes / UNIT_BYTES)) });
  };

  const measured = async <Answer extends Answered>(
    { operation, measure = () => NOTHING }: Omit<Call<Answer>, 'send'>,
    send: () => Promise<Answer>,
  ): Promise<Answer> => {
    try {
      const answer = await send();
      report(operation, answer, measure(answer));
      return answer;
    } catch (error) {
      if (!(error instanceof PortError)) report(operation, error, NOTHING);
      throw withMissingNamed(
        toPortError(error, { operation: `${operation} on queue ${label}`, resource: name }),
        `there is no SQS queue ${label}, which is to be ${name}`,
      );
    }
  };

  const lookUp = async (): Promise<string> => {
    const { QueueUrl } = await measured({ operation: 'GetQueueUrl' }, () =>
      sdk.send(new GetQueueUrlCommand({ QueueName: queueName })),
    );
    if (!QueueUrl) throw malformed('GetQueueUrl', name);
    return QueueUrl;
  };

  const address = async (): Promise<string> => {
    found ??= lookUp();
    try {
      return await found;
    } catch (error) {
      // A queue that was not found may be made later.
      found = undefined;
      throw error;
    }
  };

  return {
    name,
    lifecycle: createLifecycle({ resource: name, end: () => sdk.destroy() }),
    async call({ send, ...about }) {
      const url = await address();
      return measured(about, () => send(sdk, url));
    },
  };
};

const withMissingNamed = (error: PortError, message: string): PortError =>
  error.code === 'not_found' && error.resource !== undefined
    ? new PortError({ code: 'not_found', message, resource: error.resource, cause: error.cause })
    : error;

/** An answer that is not one: nothing can be concluded from it. */
export const malformed = (operation: string, resource: string): PortError =>
  new PortError({ code: 'unavailable', message: `${operation} gave an answer that makes no sense`, resource });
