import type { PricedUnit } from './prices.ts';

/** One port call, in the terms of the service behind it on AWS. */
export type Use = {
  service: 'DynamoDB' | 'Kinesis' | 'SQS' | 'S3' | 'MongoDB' | 'Redis' | 'Kafka';
  /** As the catalogue names it. */
  resource: string;
  /** The method of the port. */
  operation: string;
  /** Requests that the driver for AWS makes for this call when nothing fails. */
  requests: number;
  /** Rows, records, messages or objects. */
  entries: number;
  bytes: number;
  unit: PricedUnit;
  units: number;
};

/** All calls of one kind on one resource, added up. */
export type UseLine = Use & { calls: number };

export type Meter = {
  add(use: Use): void;
  /** By service, resource and operation, in the order of their names. */
  lines(): UseLine[];
};

/** What was used between two readings of one meter. */
export const usedBetween = (before: readonly UseLine[], after: readonly UseLine[]): UseLine[] => {
  const earlier = new Map(before.map((line) => [keyOf(line), line]));
  return after.flatMap((line) => {
    const { calls = 0, requests = 0, entries = 0, bytes = 0, units = 0 } = earlier.get(keyOf(line)) ?? {};
    if (line.calls === calls) return [];
    return {
      ...line,
      calls: line.calls - calls,
      requests: line.requests - requests,
      entries: line.entries - entries,
      bytes: line.bytes - bytes,
      units: line.units - units,
    };
  });
};

const keyOf = ({ service, resource, operation, unit }: Use): string => [service, resource, operation, unit].join('\n');

export const createMeter = (): Meter => {
  const lines = new Map<string, UseLine>();
  return {
    add(use) {
      const key = keyOf(use);
      const line = lines.get(key);
      if (line === undefined) {
        lines.set(key, { ...use, calls: 1 });
        return;
      }
      line.calls += 1;
      line.requests += use.requests;
      line.entries += use.entries;
      line.bytes += use.bytes;
      line.units += use.units;
    },
    lines: () => [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => ({ ...line })),
  };
};
