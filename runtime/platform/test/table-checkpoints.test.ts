import { describe, it } from 'node:test';
import { checkpointsSuite } from '@verifiedfan/conformance';
import { openLevelTable, systemClock } from '@verifiedfan/embedded';
import { createTableCheckpoints } from '@verifiedfan/platform';

type Opened = { close(): Promise<void> };

describe('checkpoints in a table', () => {
  const opened = new Map<object, Opened>();
  checkpointsSuite({
    it,
    async open() {
      const table = openLevelTable({ name: 'checkpointTable', memory: true, clock: systemClock });
      const subject = { checkpoints: createTableCheckpoints({ table }) };
      opened.set(subject, table);
      return subject;
    },
    close: async (subject) => opened.get(subject)?.close(),
  });
});
