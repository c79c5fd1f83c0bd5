import { describe, it } from 'node:test';
import { changeStreamSuite, recordStreamSuite, tableSuite, topicSuite } from '@verifiedfan/conformance';
import { createManualClock, temporaryDirectory } from '@verifiedfan/test-utils';
import { openLevelStream, openLevelTable, openLevelTopic } from '../../src/index.ts';

/** Every way to open a driver that leads through other code: memory or disk, with everything in the caches or with nothing in them. */
const WAYS = {
  'in memory': () => ({ options: { memory: true }, remove: () => undefined }),
  'on disk': () => {
    const directory = temporaryDirectory();
    return { options: { location: directory.join('data') }, remove: directory.remove };
  },
  'on disk without caches': () => {
    const directory = temporaryDirectory();
    return {
      options: { location: directory.join('data'), tailRecords: 0 },
      remove: directory.remove,
    };
  },
};

for (const [way, prepare] of Object.entries(WAYS)) {
  const cacheRows = way.endsWith('without caches') ? { cacheRows: 0, freezeItems: true } : {};

  describe(`LevelDB ${way}`, () => {
    const openTable = (changeShards: number) => async () => {
      const { options, remove } = prepare();
      const clock = createManualClock();
      const table = openLevelTable({ name: 'testTable', clock, changeShards, ...options, ...cacheRows });
      return { table, advance: clock.advance, close: () => table.close().then(remove) };
    };
    const openStream = async () => {
      const { options, remove } = prepare();
      const stream = openLevelStream({ name: 'testStream', clock: createManualClock(), shards: 3, ...options });
      return { stream, close: () => stream.close().then(remove) };
    };
    const openTopic = async () => {
      const { options, remove } = prepare();
      const topic = openLevelTopic({ name: 'testTopic', clock: createManualClock(), partitions: 3, ...options });
      return { topic, close: () => topic.close().then(remove) };
    };
    const close = (subject: object): Promise<void> => (subject as { close: () => Promise<void> }).close();

    tableSuite({ it, open: openTable(1), close });
    changeStreamSuite({ it, open: openTable(1), close });
    describe('with four change shards', () => changeStreamSuite({ it, open: openTable(4), close }));
    recordStreamSuite({ it, open: openStream, close });
    topicSuite({ it, open: openTopic, close });
  });
}
