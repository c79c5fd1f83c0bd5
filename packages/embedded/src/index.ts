export {};
export { type LevelStream, type LevelStreamOptions, openLevelStream } from './level/stream.ts';
export { type LevelTable, type LevelTableOptions, openLevelTable } from './level/table.ts';
export { type LevelTopic, type LevelTopicOptions, openLevelTopic } from './level/topic.ts';
