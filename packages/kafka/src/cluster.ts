import { Admin, type BaseOptions, type ConnectionOptions, Consumer, ProduceAcks, Producer } from '@platformatic/kafka';

export type ClusterOptions = {
  /** `host:port` of one broker at least; the others are learnt from it. */
  brokers: readonly string[];
  clientId: string;
  sasl?: ConnectionOptions['sasl'] | undefined;
  tls?: ConnectionOptions['tls'] | undefined;
  timeoutMs: number;
};

/** One more try of a request than the client would be asked for once: brokers move their leadership now and then. */
const RETRIES = 2;
const RETRY_DELAY_MS = 250;
const CONNECT_TIMEOUT_MS = 3_000;
/** How long the broker keeps a request for new records. */
export const LONG_POLL_MS = 5_000;

const baseOptions = ({ brokers, clientId, sasl, tls, timeoutMs }: ClusterOptions): BaseOptions => ({
  clientId,
  bootstrapBrokers: [...brokers],
  timeout: timeoutMs,
  requestTimeout: timeoutMs,
  connectTimeout: CONNECT_TIMEOUT_MS,
  retries: RETRIES,
  retryDelay: RETRY_DELAY_MS,
  autocreateTopics: false,
  ...(sasl === undefined ? {} : { sasl }),
  ...(tls === undefined ? {} : { tls }),
});

/** Makes the clients of one cluster. None connects before it is used. */
export const createCluster = (options: ClusterOptions) => {
  const base = baseOptions(options);
  return {
    admin: () => new Admin(base),
    /**
     * Idempotent, because without it the client stores a batch twice when it repeats a request whose answer it did not get; all replicas
     * in sync must have a batch before it counts.
     */
    producer: () => new Producer({ ...base, idempotent: true, acks: ProduceAcks.ALL }),
    /** It never joins the group: nothing is committed. */
    reader: () => new Consumer({ ...base, groupId: `${options.clientId}-reader`, autocommit: false }),
    /** As `reader`, for requests that the broker keeps for a while. */
    waiter: () => {
      const timeout = LONG_POLL_MS + options.timeoutMs;
      return new Consumer({
        ...base,
        timeout,
        requestTimeout: timeout,
        groupId: `${options.clientId}-reader`,
        autocommit: false,
      });
    },
  };
};

export type Cluster = ReturnType<typeof createCluster>;
