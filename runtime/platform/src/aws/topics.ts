import { createKafkaTopics } from '@verifiedfan/kafka';
import { resourceNameOf } from '../resource-names.ts';
import { readAddress } from './address-secret.ts';
import type { AwsKinds } from './kinds.ts';

/** The brokers are the secret `kafkaUri`, with commas between them. Topics are those of the cluster; none is made. */
export const openTopics: NonNullable<AwsKinds['topic']> = async (context) => {
  const { names, clock } = context;
  const brokers = (await readAddress(context, 'kafkaUri')).split(',').map((broker) => broker.trim());
  const topics = createKafkaTopics({ brokers, clock });
  return {
    open: (name, definition) => topics.topic(resourceNameOf({ name, definition }, names)),
    verify: topics.verify,
    close: topics.close,
  };
};
