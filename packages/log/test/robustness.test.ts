import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { runWithFields } from '@verifiedfan/correlation';
import { createLogCapture, createManualClock } from '@verifiedfan/test-utils';
import log, { configureLog, createLog, Log, MAX_LINE_BYTES, log as sameLog } from '../src/index.ts';

const setUp = () => {
  const capture = createLogCapture();
  return { capture, log: createLog({ service: 'x', destination: capture, clock: createManualClock() }) };
};

const fail = (): never => {
  throw new Error('unreadable');
};

const HOSTILE: readonly unknown[] = [
  1n,
  { big: [1n] },
  Symbol('x'),
  () => 1,
  Number.NaN,
  Object.defineProperty({}, 'bad', { enumerable: true, get: fail }),
  { toJSON: fail },
  new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail }),
  new Proxy(new Error('x'), { get: fail, getPrototypeOf: fail }),
  Object.defineProperty(new Error('x'), 'message', { get: fail }),
  Object.defineProperty(new Error('x'), 'stack', { value: 7 }),
  { message: 'mine', level: 'mine', method: 'GET', headers: {}, socket: {} },
  Object.create(null),
  new Date(Number.NaN),
  new (class {
    readonly #hidden = 1;
    read = () => this.#hidden;
  })(),
  Array.from({ length: 3 }),
  '\ud800',
];

describe('a log call', () => {
  it('never throws and always writes one line, whatever it is given', () => {
    const { log, capture } = setUp();
    const circular: Record<string, unknown> = {};
    circular.self = [circular];
    for (const value of [...HOSTILE, circular, { data: circular }]) {
      log.info('data', value);
      log.info(value as string);
      log.child({ fields: { part: 1 } }).error('error', { error: value });
    }
    assert.equal(capture.records().length, (HOSTILE.length + 2) * 3);
    assert.ok(capture.records().every((record) => record.message !== 'a log line could not be written'));
  });

  it('survives a destination and a clock that fail', () => {
    const clock = createManualClock();
    createLog({ service: 'x', destination: { write: fail }, clock }).info('lost');
    const capture = createLogCapture();
    for (const now of [fail, () => Number.NaN])
      createLog({ service: 'x', destination: capture, clock: { now } }).info('kept');
    assert.deepEqual(
      capture.records().map((record) => [record['@timestamp'], record.message]),
      [
        [null, 'kept'],
        [null, 'kept'],
      ],
    );
  });
});

describe('a line', () => {
  it('is never longer than 32 KiB, and says when it was cut', () => {
    const { log, capture } = setUp();
    const long: [string, unknown][] = [
      ['long text', { text: 'x'.repeat(1_000_000) }],
      ['escapes', { list: Array.from({ length: 100 }, () => '\u0000'.repeat(5_000)) }],
      ['wide characters', { list: Array.from({ length: 100 }, () => '用'.repeat(5_000)) }],
      ['用'.repeat(4_000), { text: '用'.repeat(8_000) }],
      ['many', Array.from({ length: 100_000 }, (_, id) => ({ id, name: 'row' }))],
      ['m'.repeat(1_000_000), { a: 1 }],
      ['\u0001'.repeat(1_000_000), { list: Array.from({ length: 100 }, () => '用'.repeat(5_000)) }],
      ['error', Object.assign(new Error('e'.repeat(1_000_000)), { stack: 's'.repeat(1_000_000) })],
    ];
    const fields = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`field${n}`, '\u0002'.repeat(10_000)]));
    for (const [message, data] of long) log.info(message, data);
    runWithFields(fields, () => log.info('context', { text: 'x'.repeat(5_000) }));
    for (const line of capture.lines()) assert.ok(Buffer.byteLength(line) < MAX_LINE_BYTES, line.slice(0, 200));
    const records = capture.records();
    assert.equal(records.length, long.length + 1);
    assert.match(JSON.stringify(records[0]), /991808 more characters\]"/);
    assert.partialDeepStrictEqual(records[1], { truncated: true, message: 'escapes' });
    assert.match(JSON.stringify(records[4]), /more entries/);
  });
});

describe('data', () => {
  it('is shown eight levels deep', () => {
    const { log, capture } = setUp();
    let deep: object = { end: true };
    for (let level = 0; level < 20; level += 1) deep = { deep };
    log.info('deep', deep);
    assert.equal(capture.text().split('"deep":{').length - 1, 7);
    assert.match(capture.text(), /"deep":"\[cut\]"/);
  });
});

describe('the process-wide log', () => {
  it('is one thing under three names, and follows its configuration even when it was taken before', () => {
    assert.equal(log, sameLog);
    const taken = Log('managers/campaigns').child({ fields: { part: 1 } });
    const [first, second] = [createLogCapture(), createLogCapture()];
    const clock = createManualClock();
    const undoFirst = configureLog({ service: 'one', destination: first, clock });
    taken.info('hello');
    const undoSecond = configureLog({ service: 'two', destination: second, clock, level: 'error' });
    taken.info('not written');
    log.error('hello', { token: 'x' });
    assert.equal(log.level, 'error');
    undoSecond();
    log.at('b').info('again');
    undoFirst();
    assert.deepEqual(
      [...first.records(), ...second.records()].map(({ service, path, message, part, data }) => [
        service,
        path,
        message,
        part,
        data,
      ]),
      [
        ['one', 'managers/campaigns', 'hello', 1, undefined],
        ['one', 'b', 'again', undefined, undefined],
        ['two', undefined, 'hello', undefined, { token: '[redacted]' }],
      ],
    );
  });

  it('writes to standard output when nobody configured it, and loses nothing at the end of the process', () => {
    const index = new URL('../src/index.ts', import.meta.url).href;
    const script = `import log, { Log } from ${JSON.stringify(index)};
      log.debug('not shown'); log.info('User logged in', { userId: 'u1' }); Log('a/b').error('x'); process.exit(0);`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    const records = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.match(String(records[0]?.['@timestamp']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(
      records.map(({ level, message, path, data }) => [level, message, path, data]),
      [
        ['info', 'User logged in', undefined, { userId: 'u1' }],
        ['error', 'x', 'a/b', undefined],
      ],
    );
  });
});
