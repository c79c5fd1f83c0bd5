export type { Use } from './calls.ts';
export { type CreateTopicOptions, createKafkaTopics, type KafkaTopics, type KafkaTopicsOptions } from './topics.ts';
