import { createEmbeddedMetrics } from '@verifiedfan/aws';
import { systemClock } from '@verifiedfan/embedded';
import type { Metrics } from '@verifiedfan/ports';
import type { ResourceNames } from '../resource-names.ts';

/** Measurements as lines on standard output, which CloudWatch reads from the log of a function: no request, and no right to make one. */
export const createFunctionMetrics = ({ prefix }: ResourceNames): Metrics =>
  createEmbeddedMetrics({
    namespace: `VerifiedFan/${prefix}`,
    write: (line) => void process.stdout.write(`${line}\n`),
    clock: systemClock,
  });
