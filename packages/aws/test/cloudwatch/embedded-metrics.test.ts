import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { metricsSuite } from '@verifiedfan/conformance';
import { createManualClock, DEFAULT_NOW_MS, findPersonalData } from '@verifiedfan/test-utils';
import { createEmbeddedMetrics } from '../../src/index.ts';

const PERSON = { emails: ['fan@example.com'], phones: ['+12025550143'] };

type Line = {
  _aws: {
    Timestamp: number;
    CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] }[];
  };
} & Record<string, unknown>;

const open = (options: { maxSeries?: number } = {}) => {
  const written: string[] = [];
  const write = (line: string): void => void written.push(line);
  const metrics = createEmbeddedMetrics({
    namespace: 'VerifiedFan/test',
    write,
    clock: createManualClock(),
    ...options,
  });
  return { metrics, written, lines: () => written.map((line) => JSON.parse(line) as Line) };
};

metricsSuite({ it, open: async () => open() });

describe('metrics in the embedded format', () => {
  it('writes one line for each set of labels, with units and dimensions', async () => {
    const { metrics, lines, written } = open();
    metrics.count('records', 2, { worker: 'a', outcome: 'done' });
    metrics.gauge('depth', 7, { outcome: 'done', worker: 'a' });
    metrics.timing('took', 12.345, { worker: 'a', outcome: 'done' });
    metrics.count('starts');
    await metrics.flush();
    assert.deepEqual(lines(), [
      {
        _aws: {
          Timestamp: DEFAULT_NOW_MS,
          CloudWatchMetrics: [
            {
              Namespace: 'VerifiedFan/test',
              Dimensions: [['outcome', 'worker']],
              Metrics: [
                { Name: 'depth', Unit: 'None' },
                { Name: 'records', Unit: 'Count' },
                { Name: 'took', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        outcome: 'done',
        worker: 'a',
        depth: 7,
        records: 2,
        took: [12.3],
      },
      {
        _aws: {
          Timestamp: DEFAULT_NOW_MS,
          CloudWatchMetrics: [
            { Namespace: 'VerifiedFan/test', Dimensions: [[]], Metrics: [{ Name: 'starts', Unit: 'Count' }] },
          ],
        },
        starts: 1,
      },
    ]);
    assert.ok(written.every((line) => !line.includes('\n')));
  });

  it('begins anew with each flush', async () => {
    const { metrics, lines } = open();
    metrics.count('records', 2);
    await metrics.flush();
    metrics.count('records', 3);
    await metrics.flush();
    await metrics.flush();
    assert.deepEqual(
      lines().map(({ records }) => records),
      [2, 3],
    );
  });

  it('keeps to a hundred values and a hundred metrics a line, and loses none', async () => {
    const { metrics, lines } = open();
    for (let index = 0; index < 250; index += 1) metrics.timing('took', index);
    for (let index = 0; index < 130; index += 1) metrics.count(`counter ${index}`);
    metrics.timing('took', 1, { worker: 'a' });
    await metrics.flush();
    const all = lines();
    const took = all.filter((line) => !('worker' in line)).flatMap((line) => (line.took as number[] | undefined) ?? []);
    assert.deepEqual(
      took.toSorted((a, b) => a - b),
      Array.from({ length: 250 }, (_, index) => index),
    );
    for (const line of all) {
      const { Metrics = [] } = line._aws.CloudWatchMetrics[0] ?? {};
      assert.ok(Metrics.length <= 100);
      assert.ok(!('took' in line) || (line.took as number[]).length <= 100);
      assert.equal(new Set(Metrics.map(({ Name }) => Name)).size, Metrics.length);
    }
    const counters = all.flatMap((line) => Object.keys(line)).filter((name) => name.startsWith('counter '));
    assert.equal(counters.length, 130);
  });

  it('keeps a counter and a gauge of one name apart', async () => {
    const { metrics, lines } = open();
    metrics.count('depth', 2);
    metrics.gauge('depth', -7);
    await metrics.flush();
    assert.deepEqual(
      lines()
        .map(({ depth }) => depth)
        .sort(),
      [-7, 2],
    );
  });

  it('withholds labels that look like a person, and writes none that CloudWatch refuses', async () => {
    const { metrics, written, lines } = open();
    metrics.count('a', 1, { worker: 'fan@example.com', phone: '+1 (202) 555-0143', id: '65a1b2c3d4e5f60718293a4b' });
    metrics.count('b', 1, { worker: 'a\nb', empty: '', ':colon': 'é' });
    metrics.count('', 1);
    await metrics.flush();
    assert.deepEqual(findPersonalData(written.join('\n'), PERSON), []);
    assert.deepEqual([lines()[0]?.worker, lines()[0]?.phone, lines()[0]?.id], ['withheld', 'withheld', 'withheld']);
    assert.deepEqual(lines()[1]?._aws.CloudWatchMetrics[0]?.Dimensions, [['colon', 'worker']]);
    assert.equal(written.length, 2);
  });

  it('drops series beyond the most, and a metric named like its label', async () => {
    const { metrics, lines } = open({ maxSeries: 2 });
    metrics.count('a');
    metrics.count('worker', 1, { worker: 'a' });
    metrics.count('c');
    metrics.count('a');
    await metrics.flush();
    assert.deepEqual(
      lines().map(({ a }) => a),
      [2],
    );
  });

  it('outlives an output that fails', async () => {
    const write = (): void => {
      throw new Error('EPIPE');
    };
    const metrics = createEmbeddedMetrics({ namespace: 'test', write, clock: createManualClock() });
    metrics.count('records');
    await metrics.flush();
  });
});
