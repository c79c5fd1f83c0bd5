export { type CreateTopicOptions, createKafkaTopics, type KafkaTopics, type KafkaTopicsOptions } from './topics.ts';
export type { Use } from './use.ts';
