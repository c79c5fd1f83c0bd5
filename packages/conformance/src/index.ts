export { changeStreamCases } from './change-stream-cases.ts';
export { type RecordStreamSubject, recordStreamCases } from './record-stream-cases.ts';
export { tableCases } from './table-cases.ts';
export type { TableSubject } from './table-subject.ts';
export {
  changeStreamSuite,
  type DriverSuiteOptions,
  recordStreamSuite,
  tableSuite,
  topicSuite,
} from './table-suites.ts';
export { type TopicSubject, topicCases } from './topic-cases.ts';
