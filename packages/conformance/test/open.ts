import { openLevelStream, openLevelTable, openLevelTopic } from '@verifiedfan/embedded';
import { createManualClock } from '@verifiedfan/test-utils';
import type { RecordStreamSubject, TableSubject, TopicSubject } from '../src/index.ts';

/** Sound drivers, which passed the same cases in their own tests; the mutants break one behaviour each. */

export const openTable = {
  async open(): Promise<TableSubject> {
    const clock = createManualClock();
    return {
      table: openLevelTable({ name: 'testTable', clock, memory: true, changeShards: 2 }),
      advance: clock.advance,
    };
  },
};
export const openStream = {
  async open(): Promise<RecordStreamSubject> {
    return { stream: openLevelStream({ name: 'testStream', clock: createManualClock(), memory: true, shards: 3 }) };
  },
};
export const openTopic = {
  async open(): Promise<TopicSubject> {
    return { topic: openLevelTopic({ name: 'testTopic', clock: createManualClock(), memory: true, partitions: 3 }) };
  },
};
