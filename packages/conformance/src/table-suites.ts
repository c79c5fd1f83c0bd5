import { changeStreamCases } from './change-stream-cases.ts';
import { type RecordStreamSubject, recordStreamCases } from './record-stream-cases.ts';
import { registerSuite, type SuiteOptions } from './suite.ts';
import { tableCases } from './table-cases.ts';
import type { TableSubject } from './table-subject.ts';
import { type TopicSubject, topicCases } from './topic-cases.ts';

/** What a driver's own test hands over: how to open a fresh, empty subject, and what it cannot keep, with reasons. */
export type DriverSuiteOptions<Subject> = Omit<SuiteOptions<Subject>, 'title' | 'cases'>;

/** Runs all cases of `Table` against a driver. */
export const tableSuite = (options: DriverSuiteOptions<TableSubject>): void =>
  registerSuite({ title: 'table', cases: tableCases, ...options });

/** Runs all cases of a table's change stream against a driver. */
export const changeStreamSuite = (options: DriverSuiteOptions<TableSubject>): void =>
  registerSuite({ title: 'change stream', cases: changeStreamCases, ...options });

/** Runs all cases of `RecordStream` against a driver; the stream has at least two shards. */
export const recordStreamSuite = (options: DriverSuiteOptions<RecordStreamSubject>): void =>
  registerSuite({ title: 'record stream', cases: recordStreamCases, ...options });

/** Runs all cases of `Topic` against a driver; the topic has three partitions. */
export const topicSuite = (options: DriverSuiteOptions<TopicSubject>): void =>
  registerSuite({ title: 'topic', cases: topicCases, ...options });
