import { createKafkaTopics } from '@verifiedfan/kafka';
import { resourceNameOf } from '../resource-names.ts';
import { readAddress, unusableAddress } from './address-secret.ts';
import { type KafkaAddress, KafkaAddressError, parseKafkaAddress } from './kafka-address.ts';
import type { AwsContext, AwsKinds } from './kinds.ts';

const readKafka = async (context: AwsContext): Promise<KafkaAddress> => {
  const text = await readAddress(context, 'kafkaUri');
  try {
    return parseKafkaAddress(text);
  } catch (error) {
    if (!(error instanceof KafkaAddressError)) throw error;
    throw unusableAddress(context, { name: 'kafkaUri', what: error.message });
  }
};

/** Brokers, user and encryption are the secret `kafkaUri`, see `parseKafkaAddress`. Topics are those of the cluster; none is made. */
export const openTopics: NonNullable<AwsKinds['topic']> = async (context) => {
  const { names, clock } = context;
  const topics = createKafkaTopics({ ...(await readKafka(context)), clock });
  return {
    open: (name, definition) => topics.topic(resourceNameOf({ name, definition }, names)),
    verify: topics.verify,
    close: topics.close,
  };
};
