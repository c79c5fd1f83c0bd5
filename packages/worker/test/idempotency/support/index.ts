import { openLevelTable } from '@verifiedfan/embedded';
import type { Clock, Table } from '@verifiedfan/ports';

export * from './faults.ts';

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

/** A real table in memory. Its pages hold two rows at most, so that a reader who forgets the cursor is found out. */
export const openTable = async (): Promise<Table> => {
  const table = openLevelTable({ name: 'table', memory: true, clock: createClock() });
  return { ...table, query: (query) => table.query({ ...query, limit: Math.min(query.limit ?? 2, 2) }) };
};
