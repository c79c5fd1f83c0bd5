import type { Clock, Table } from '@verifiedfan/ports';
import { createFakeTable } from './fake-table.ts';

export * from './faults.ts';

export const openTable = async (): Promise<Table> => createFakeTable();

/** A clock that stands still until it is told otherwise. */
export const createClock = (startMs = 1_700_000_000_000): Clock & { advance(durationMs: number): void } => {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    sleep: async () => undefined,
    advance: (durationMs) => {
      nowMs += durationMs;
    },
  };
};
