import type { Admin, ConnectionOptions } from '@platformatic/kafka';
import { assertOptions, invalid } from '@verifiedfan/driver';
import { type CallsOptions, createCalls } from '@verifiedfan/driver/calls';
import { type Clock, PortError, type Topic } from '@verifiedfan/ports';
import { createCluster } from './cluster.ts';
import { isAccessError, isBrokerError, toPortError } from './errors.ts';
import { createTopic, type OwnedTopic } from './topic.ts';
import type { Use } from './use.ts';

export type KafkaTopicsOptions = CallsOptions<Use> & {
  /** `host:port` of one broker at least; the others are learnt from it. */
  brokers: readonly string[];
  /** How the brokers name this client in their logs and quotas. @default verifiedfan */
  clientId?: string | undefined;
  /** As @platformatic/kafka takes it: mechanism, username, password. Never printed. */
  sasl?: ConnectionOptions['sasl'] | undefined;
  tls?: ConnectionOptions['tls'] | undefined;
  /** The time of messages, and waits between attempts to find a broker. */
  clock: Clock;
  /** Time that a broker may take for one request, in milliseconds; a request is sent three times at most. @default 5_000 */
  timeoutMs?: number | undefined;
};

export type CreateTopicOptions = {
  /** 1 to 999; an existing topic keeps what it has. */
  partitions: number;
  /** @default what the brokers have as their default */
  replicas?: number | undefined;
  /** How long messages are kept, in milliseconds. @default 604_800_000, a week */
  retentionMs?: number | undefined;
};

export type KafkaTopics = {
  /** A topic by its name. With `create` it is made before the first call when it does not exist; without, an unknown topic is `not_found`. */
  topic(name: string, options?: { create?: CreateTopicOptions | undefined }): Topic;
  /** Resolves when a broker answers. Throws `unavailable` when none can be reached, `validation` when they refuse the credentials. */
  verify(): Promise<void>;
  /** Calls under way end first; later ones are `closed`. Closing twice is closing once. */
  close(): Promise<void>;
};

const OPTION_NAMES = ['brokers', 'clientId', 'sasl', 'tls', 'clock', 'timeoutMs', 'tracer', 'onUse'];
const WEEK_MS = 604_800_000;
/** A message of 1 MiB and what surrounds it; brokers' default leaves room for 12 bytes. */
const MAX_BATCH_BYTES = 1_200_000;
const FRESH_ATTEMPTS = 20;
const FRESH_DELAY_MS = 100;

const configuration = ({ retentionMs = WEEK_MS }: CreateTopicOptions) => [
  { name: 'max.message.bytes', value: String(MAX_BATCH_BYTES) },
  { name: 'retention.ms', value: String(retentionMs) },
];

const makeTopic = async (admin: Admin, name: string, create: CreateTopicOptions): Promise<void> => {
  const { partitions, replicas } = create;
  try {
    const shape = { partitions, configs: configuration(create), ...(replicas === undefined ? {} : { replicas }) };
    await admin.createTopics({ topics: [name], ...shape });
  } catch (error) {
    if (!isBrokerError(error, 'TOPIC_ALREADY_EXISTS')) throw error;
  }
};

/** Topics of one Kafka cluster. Nothing connects before the first call. */
export const createKafkaTopics = (options: KafkaTopicsOptions): KafkaTopics => {
  assertOptions(options, OPTION_NAMES);
  const { brokers, clientId = 'verifiedfan', sasl, tls, clock, timeoutMs = 5_000 } = options;
  if (brokers.length === 0) throw invalid('at least one broker is needed');
  const cluster = createCluster({ brokers, clientId, sasl, tls, timeoutMs });
  const calls = createCalls<Use>({ options, system: 'kafka', what: 'the topic', toPortError });
  const opened = new Map<string, OwnedTopic>();
  let admin: Admin | undefined;
  let closing: Promise<void> | undefined;

  const administer = (): Admin => {
    admin ??= cluster.admin();
    return admin;
  };

  const countPartitions = async (name: string): Promise<number> => {
    // Kept for a few seconds by the client. It is not repeated: an unknown topic is to be told at once.
    const { topics } = await administer().metadata({ topics: [name], retries: 0 });
    const count = topics.get(name)?.partitionsCount;
    if (count === undefined)
      throw new PortError({ code: 'not_found', message: 'there is no such topic', resource: name });
    return count;
  };

  /** A topic that was just made is not known to every broker yet. */
  const countFresh = async (name: string): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await countPartitions(name);
        return;
      } catch (error) {
        const { code } = toPortError(error, { operation: 'metadata', resource: name });
        if (code !== 'not_found' || attempt >= FRESH_ATTEMPTS) throw error;
        await clock.sleep(FRESH_DELAY_MS);
      }
    }
  };

  const open = (name: string, create: CreateTopicOptions | undefined): OwnedTopic => {
    let making: Promise<void> | undefined;
    const prepare = (needed: CreateTopicOptions): Promise<void> => {
      making ??= makeTopic(administer(), name, needed)
        .then(() => countFresh(name))
        .catch((error: unknown) => {
          making = undefined;
          throw error;
        });
      return making;
    };
    return createTopic({
      name,
      cluster,
      calls,
      clock,
      async countPartitions() {
        if (create) await prepare(create);
        return countPartitions(name);
      },
    });
  };

  const ping = async (): Promise<void> => {
    try {
      await administer().metadata({ topics: [], forceUpdate: true, retries: 0 });
    } catch (cause) {
      const refused = isAccessError(cause);
      throw new PortError({
        code: refused ? 'validation' : 'unavailable',
        message: refused ? 'Kafka refuses the credentials' : 'Kafka cannot be reached',
        cause,
      });
    }
  };

  return {
    topic(name, { create } = {}) {
      const known = opened.get(name) ?? open(name, create);
      opened.set(name, known);
      return known;
    },
    verify: () => calls.run(clientId, { operation: 'verify', requests: 1, bytes: 0 }, ping),
    close() {
      closing ??= (async () => {
        // Waiting is no call that ends by itself.
        await Promise.all([...opened.values()].map((topic) => topic.close()));
        await calls.end();
        await admin?.close();
      })();
      return closing;
    },
  };
};
