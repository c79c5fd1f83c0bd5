import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { clockSuite, flagsSuite, metricsSuite, randomSuite, secretsSuite } from '@verifiedfan/conformance';
import {
  createManualClock,
  createMemoryMetrics,
  createSeededRandom,
  systemClock,
  systemRandom,
} from '../../src/index.ts';
import { flagsShop, secretsShop } from '../support/subjects.ts';

describe('the local parts', () => {
  flagsSuite({ it, ...flagsShop() });
  secretsSuite({ it, ...secretsShop() });
  metricsSuite({ it, open: async () => ({ metrics: createMemoryMetrics() }) });
});

describe('the machine', () => {
  clockSuite({ it, open: async () => ({ clock: systemClock, pass: (durationMs) => delay(durationMs) }) });
  randomSuite({ it, open: async () => ({ random: systemRandom }) });
});

describe('the replayable twins of the machine', () => {
  clockSuite({
    it,
    async open() {
      const clock = createManualClock();
      return { clock, pass: clock.advance };
    },
  });
  randomSuite({ it, open: async () => ({ random: createSeededRandom('a seed') }) });
});
