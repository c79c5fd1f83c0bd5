import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { PortError } from '@verifiedfan/ports';
import { type AwsConnection, sdkClient, sdkConfiguration } from '../sdk/connection.ts';
import { toPortError } from '../sdk/errors.ts';
import { createLifecycle, type Lifecycle } from '../sdk/lifecycle.ts';

/** What one call cost, for a bill that somebody else prints. */
export type KinesisUse = {
  /** As the API calls it: `PutRecords`. */
  operation: string;
  /** Requests that were sent, repeated ones included. */
  requests: number;
  /** Records that were written or read. */
  records: number;
  /** Bytes of these records, with their partition keys. */
  bytes: number;
  /** PUT payload units of 25 KB, which is what AWS counts for written records; 0 for other calls. */
  units: number;
};

export type KinesisClientOptions = {
  name: string;
  streamName: string;
  connection: AwsConnection;
  /** Told after each call, failed ones too. Must not throw. */
  onUse?: ((use: KinesisUse) => void) | undefined;
};

type Answered = { $metadata: { attempts?: number | undefined } };
type Measured = Pick<KinesisUse, 'records' | 'bytes' | 'units'>;
type Call<Answer> = {
  operation: string;
  send: (sdk: KinesisClient) => Promise<Answer>;
  measure?: ((answer: Answer) => Measured) | undefined;
};

/** The SDK's client with errors of the ports, spans, a bill and an orderly end. */
export type Kinesis = {
  readonly lifecycle: Lifecycle;
  call<Answer extends Answered>(call: Call<Answer>): Promise<Answer>;
};

const NOTHING: Measured = { records: 0, bytes: 0, units: 0 };

/**
 * The SDK's own choice for Kinesis is HTTP/2, which plain `http://` servers answer with a protocol error; HTTP/1.1 is spoken by all of
 * them and by AWS. The handler has to be made here: handler options alone would make an HTTP/2 one.
 */
export const openSdk = (connection: AwsConnection): KinesisClient => {
  const configuration = sdkConfiguration(connection);
  const requestHandler = new NodeHttpHandler(configuration.requestHandler);
  return sdkClient(new KinesisClient({ ...configuration, requestHandler }), { name: 'kinesis', connection });
};

const attemptsOf = (outcome: unknown): number => {
  const { $metadata } = (typeof outcome === 'object' && outcome !== null ? outcome : {}) as Partial<Answered>;
  return $metadata?.attempts ?? 1;
};

export const createKinesis = ({ name, streamName, connection, onUse }: KinesisClientOptions): Kinesis => {
  const sdk = openSdk(connection);
  return {
    lifecycle: createLifecycle({ resource: name, end: () => sdk.destroy() }),
    async call({ operation, send, measure = () => NOTHING }) {
      try {
        const answer = await send(sdk);
        onUse?.({ operation, requests: attemptsOf(answer), ...measure(answer) });
        return answer;
      } catch (error) {
        if (!(error instanceof PortError)) onUse?.({ operation, requests: attemptsOf(error), ...NOTHING });
        throw toPortError(error, { operation: `${operation} on stream ${streamName}`, resource: name });
      }
    },
  };
};

/** An answer that is not one: nothing can be concluded from it. */
export const malformed = (operation: string, resource: string): PortError =>
  new PortError({ code: 'unavailable', message: `${operation} gave an answer that makes no sense`, resource });
