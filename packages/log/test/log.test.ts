import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runWithCorrelation, runWithFields } from '@verifiedfan/correlation';
import { createLogCapture, createManualClock } from '@verifiedfan/test-utils';
import { type CreateLogOptions, createLog, LOG_LEVELS } from '../src/index.ts';

const setUp = (options: Partial<CreateLogOptions> = {}) => {
  const capture = createLogCapture();
  const clock = createManualClock();
  const log = createLog({ service: 'campaign-service', level: 'trace', destination: capture, clock, ...options });
  return { log, clock, capture, only: () => onlyOne(capture.records()) };
};

const onlyOne = (records: Record<string, unknown>[]): Record<string, unknown> => {
  assert.equal(records.length, 1);
  return records[0] ?? {};
};

describe('a log line', () => {
  it('is Logstash JSON with the correlation of the async context', async () => {
    const { log, only } = setUp();
    await runWithCorrelation({ correlation: 'abc-def', worker: 'scoreUsers', attempt: 2 }, async () => {
      await Promise.resolve();
      log.at('path/to/module').info('operation', { data: { created: 1 } });
    });
    assert.deepEqual(only(), {
      '@timestamp': '2026-01-05T10:00:00.000Z',
      level: 'info',
      service: 'campaign-service',
      path: 'path/to/module',
      correlation: 'abc-def',
      worker: 'scoreUsers',
      attempt: 2,
      message: 'operation',
      data: { created: 1 },
    });
  });

  it('is complete without context, path and data', () => {
    const { log, capture } = setUp();
    log.warn('alone');
    assert.equal(
      capture.text(),
      '{"level":"warn","@timestamp":"2026-01-05T10:00:00.000Z","service":"campaign-service","message":"alone"}\n',
    );
  });

  it('takes data as it is, and `{ data }` alone as the data itself', () => {
    const { log, capture } = setUp();
    for (const data of [{ id: 1 }, { data: { id: 1 } }, { data: 1, id: 1 }, [1], 'text', 0, null]) log.info('x', data);
    assert.deepEqual(
      capture.records().map(({ data }) => data),
      [{ id: 1 }, { id: 1 }, { data: 1, id: 1 }, [1], 'text', 0, null],
    );
  });

  it('takes the time from the clock', async () => {
    const { log, clock, capture } = setUp();
    log.info('first');
    await clock.advance(61_001);
    log.info('second');
    assert.deepEqual(
      capture.records().map((record) => record['@timestamp']),
      ['2026-01-05T10:00:00.000Z', '2026-01-05T10:01:01.001Z'],
    );
  });

  it('keeps its own fields whatever the context is called', () => {
    const { log, only } = setUp();
    runWithFields(
      { level: 'fatal', service: 'evil', message: 'evil', data: 'evil', '@timestamp': 'evil', source: 'good' },
      () => log.info('operation'),
    );
    assert.deepEqual(only(), {
      '@timestamp': '2026-01-05T10:00:00.000Z',
      level: 'info',
      service: 'campaign-service',
      source: 'good',
      message: 'operation',
    });
  });

  it('keeps text as it is: no formatting, and no line break that could forge a second line', () => {
    const { log, capture } = setUp();
    log.info('100%s %d done\n{"level":"fatal"}', { '\n': '\u2028' });
    assert.equal(capture.lines().length, 1);
    assert.equal(capture.records()[0]?.message, '100%s %d done\n{"level":"fatal"}');
  });
});

describe('levels', () => {
  it('write themselves and everything worse', () => {
    for (const level of LOG_LEVELS) {
      const { log, capture } = setUp({ level });
      for (const method of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) {
        log.child({ fields: { part: 1 } })[method](method);
        assert.equal(log.isEnabled(method), capture.records().at(-1)?.level === method);
      }
      const written = LOG_LEVELS.slice(LOG_LEVELS.indexOf(level)).filter((name) => name !== 'silent');
      assert.deepEqual(
        capture.records().map((record) => record.level),
        written,
      );
    }
  });

  it('default to info', () => {
    assert.equal(
      createLog({ service: 'x', clock: createManualClock(), destination: createLogCapture() }).level,
      'info',
    );
  });
});

describe('children', () => {
  it('replace the path and add to the fields', () => {
    const { log, capture } = setUp();
    const child = log.child({ path: 'a', fields: { shard: 1 } });
    child
      .at('b')
      .child({ fields: { attempt: 2 } })
      .info('x');
    child.info('y');
    log.info('z');
    assert.deepEqual(
      capture.records().map(({ path, shard, attempt }) => [path, shard, attempt]),
      [
        ['b', 1, 2],
        ['a', 1, undefined],
        [undefined, undefined, undefined],
      ],
    );
  });
});

describe('options', () => {
  it('are refused when unknown, missing or ill-formed', () => {
    const clock = createManualClock();
    const wrong: object[] = [
      { clock },
      { service: '', clock },
      { service: 'x' },
      { service: 'x', clock, level: 'loud' },
      { service: 'x', clock, destination: {} },
      { service: 'x', clock, redact: false },
      { service: 'x', clock, redact: { keys: [1] } },
      { service: 'x', clock, color: true },
    ];
    for (const options of wrong)
      assert.throws(() => createLog(options as CreateLogOptions), { code: 'invalid_options' });
    const { log } = setUp();
    assert.throws(() => log.child({ pth: 'x' } as object), { code: 'invalid_options' });
  });
});
