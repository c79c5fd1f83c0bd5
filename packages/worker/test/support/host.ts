import { createManualClock, createSeededRandom, type ManualClock, openLevelTable } from '@verifiedfan/embedded';
import type { Flags, MetricSample, Platform, Table } from '@verifiedfan/ports';
import type { WorkerHost, WorkerLog } from '../../src/index.ts';

export type LogLine = { level: string; message: string; data: object | undefined; context: object | undefined };

export type TestHost = WorkerHost & {
  clock: ManualClock;
  /** Everything that was logged, with the correlation context it was logged in. */
  lines: LogLine[];
  counted: string[];
  deadLetterTable: Table;
  flags: Map<string, boolean>;
};

type Options = { context?: () => object | undefined; table?: (table: Table) => Table };

/** A host on real tables in memory. Everything else of the platform is missing, and a test that needs it fails. */
export const createTestHost = ({ context, table = (plain) => plain }: Options = {}): TestHost => {
  const clock = createManualClock();
  const tables = new Map<string, Table>();
  const openTable = (name: string): Table => {
    const known = tables.get(name) ?? table(openLevelTable({ name, memory: true, clock }));
    tables.set(name, known);
    return known;
  };
  const lines: LogLine[] = [];
  const at =
    (level: string) =>
    (message: string, data?: object): void =>
      void lines.push({ level, message, data, context: context?.() });
  const log: WorkerLog = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const counted: string[] = [];
  const flags = new Map<string, boolean>();
  const missing = (): never => {
    throw new Error('the test platform has no such resource');
  };
  const platform: Platform = {
    clock,
    random: createSeededRandom(7),
    metrics: {
      count: (name) => void counted.push(name),
      gauge: () => undefined,
      timing: () => undefined,
      snapshot: (): MetricSample[] => [],
      flush: async () => undefined,
    },
    flags: {
      isEnabled: (flag, fallback) => flags.get(flag) ?? fallback,
      onChange: () => () => undefined,
    } satisfies Flags,
    secrets: { get: async () => missing() },
    checkpoints: { get: missing, set: missing, delete: missing, list: missing },
    table: openTable,
    stream: missing,
    queue: missing,
    bucket: missing,
    cache: missing,
    topic: missing,
    database: missing,
    notifications: missing,
    close: async () => undefined,
  };
  return {
    platform,
    log,
    endpoint: (name) => `https://${name}.test`,
    workerToken: () => async () => 'token',
    verifyToken: async () => ({ sub: 'somebody' }),
    upstream: { drained: async () => 'unknown' },
    clock,
    lines,
    counted,
    flags,
    get deadLetterTable() {
      return openTable('deadLetterTable');
    },
  };
};
