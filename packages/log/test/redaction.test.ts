import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runWithFields } from '@verifiedfan/correlation';
import { createGenerator, createLogCapture, createManualClock, findPersonalData } from '@verifiedfan/test-utils';
import { createLog, type Logger } from '../src/index.ts';

const setUp = (redact?: { keys: string[] }) => {
  const capture = createLogCapture();
  const log = createLog({ service: 'x', level: 'trace', destination: capture, clock: createManualClock(), redact });
  return { log, capture };
};

type Fan = { email: string; phone: string };
const SECRET = 's3cr3t-Value9';

/** Every way in which somebody might let a fan slip into a log. */
const SLIPS: readonly ((log: Logger, fan: Fan) => void)[] = [
  (log, fan) => log.info(`sending to ${fan.email} and ${fan.phone}`),
  (log, fan) => log.trace('fan', fan),
  (log, fan) => log.debug('fan', { to: fan.email, via: fan.phone }),
  (log, fan) => log.info('fan', { data: { list: [[{ deep: { er: [fan] } }]] } }),
  (log, fan) => log.warn('fan', new Map([['who', fan.email]])),
  (log, fan) => log.warn('fan', new Set([fan.phone])),
  (log, fan) => log.info('fan', { [fan.email]: 1, [`x ${fan.phone}`]: 2 }),
  (log, fan) => log.info('fan', { userEmail: fan.email, phone_number: Number(fan.phone.slice(1)) }),
  (log, fan) => log.info('fan', { body: JSON.stringify(fan), twice: JSON.stringify({ body: JSON.stringify(fan) }) }),
  (log, fan) =>
    log.info('fan', {
      url: `https://x.example/?e=${encodeURIComponent(fan.email)}&p=${encodeURIComponent(fan.phone)}`,
    }),
  (log, fan) => log.error('failed', { error: new Error(`no user ${fan.email}`, { cause: new Error(fan.phone) }) }),
  (log, fan) => log.error(new Error(`no user ${fan.email}`), { fan }),
  (log, fan) => log.fatal('failed', new AggregateError([new Error(fan.phone)], fan.email)),
  (log, fan) => log.error('failed', Object.assign(new Error('x'), { code: fan.email, config: fan })),
  (log, fan) => log.info('fan', { toJSON: () => fan, who: fan.email }),
  (log, fan) => runWithFields({ record: fan.email, 'x-phone': fan.phone }, () => log.info('fan')),
  (log, fan) => log.child({ path: fan.email, fields: { via: fan.phone } }).info('fan'),
  (log, fan) => log.info('x'.repeat(4_090) + fan.email, { text: `${'x '.repeat(20_000)}${fan.email}` }),
  (log, fan) =>
    log.info('secret', {
      headers: { Authorization: `Bearer ${SECRET}`, 'X-Api-Key': SECRET },
      code: SECRET,
      to: fan.email,
    }),
  (log) => log.info(`GET /x?access_token=${SECRET}`, { header: `authorization: Bearer ${SECRET}` }),
  (log) => log.info('hook', { at: `https://hooks.slack.com/services/T0/B0/${SECRET}`, webhookUrl: SECRET }),
  (log) => log.info('secret', Object.assign(Object.create(null), { client_secret: SECRET, n: 1n })),
];

describe('no line', () => {
  it('holds an e-mail address, a phone number or a secret, however it came there', () => {
    const generator = createGenerator({ seed: 'log-redaction' });
    const { log, capture } = setUp();
    const fans = Array.from({ length: 60 }, () => generator.user());
    for (const fan of fans) {
      for (const slip of SLIPS) slip(log, { email: fan.email, phone: fan.phone });
    }
    assert.equal(capture.records().length, fans.length * SLIPS.length);
    const people = { emails: fans.map(({ email }) => email), phones: fans.map(({ phone }) => phone) };
    assert.deepEqual(findPersonalData(capture.text(), people), []);
    assert.ok(!capture.text().includes(SECRET));
    // The same scanner does find a fan that is there, so its silence means something.
    assert.equal(findPersonalData(fans[0]?.email ?? '', people).length, 1);
  });
});

describe('a line', () => {
  it('keeps what is nobody’s secret, byte for byte', () => {
    const { log, capture } = setUp();
    const data = {
      sequence: '49590338271490256608559692538361571095921575989136588898',
      shard: 'shardId-000000000003',
      etag: '9b2cf535f27731c974343645a3985328',
      id: '0b9f2f2e-5a0e-4a3e-9c8a-2f2e5a0e4a3e',
      at: '2026-01-05T10:00:00.000Z',
      nowMs: 1767607200000,
      score: 0.123456789,
      status: 'OPEN',
      tokens: 3,
      statusCode: 200,
      missing: null,
      nested: [{ key: 'campaign:tour-2027', PK: 'campaign:tour-2027', when: new Date(0) }],
    };
    log.info('scores saved', data);
    assert.deepEqual(capture.records()[0]?.data, JSON.parse(JSON.stringify(data)));
  });

  it('shows an error with its code and causes', () => {
    const { log, capture } = setUp();
    const cause = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    log.error('save failed', {
      error: Object.assign(new Error('not saved', { cause }), { code: 'unavailable', retryable: true }),
      attempt: 2,
    });
    assert.partialDeepStrictEqual(capture.records()[0]?.data, {
      attempt: 2,
      error: {
        name: 'Error',
        code: 'unavailable',
        message: 'not saved',
        retryable: true,
        cause: { code: 'ECONNRESET' },
      },
    });
  });

  it('takes an error in place of the message or of the data', () => {
    const { log, capture } = setUp();
    const error = new TypeError('bad row');
    log.error(error);
    log.error(error, { file: 'a.csv' });
    log.error('load failed', error);
    const [first, second, third] = capture.records();
    assert.partialDeepStrictEqual(first, { message: 'bad row', data: { error: { name: 'TypeError' } } });
    assert.partialDeepStrictEqual(second, {
      message: 'bad row',
      data: { error: { name: 'TypeError' }, file: 'a.csv' },
    });
    assert.partialDeepStrictEqual(third, { message: 'load failed', data: { error: { message: 'bad row' } } });
  });

  it('hides the names that were added', () => {
    const { log, capture } = setUp({ keys: ['seat_number'] });
    log.info('x', { seatNumber: 'A7', row: 'B' });
    assert.deepEqual(capture.records()[0]?.data, { seatNumber: '[redacted]', row: 'B' });
  });
});
