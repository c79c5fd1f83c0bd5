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

export const createMeter = (): Meter => {
  const lines = new Map<string, UseLine>();
  return {
    add(use) {
      const key = [use.service, use.resource, use.operation, use.unit].join('\n');
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
