import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createKeyRule, redactValue, secrecyOf } from '../src/index.ts';

describe('names of fields', () => {
  it('are secret in any case and spelling, as the end of a longer name too', () => {
    const secret = [
      ...['authorization', 'Authorization', 'token', 'accessToken', 'access_token', 'ACCESS-TOKEN', 'refreshToken'],
      ...['password', 'dbPassword', 'client_secret', 'apiKey', 'api-key', 'x-api-key', 'X_API_KEY', 'private-token'],
      ...['cookie', 'set-cookie', 'phone', 'phoneNumber', 'userPhone', 'email', 'userEmail', 'email_address', 'code'],
      ...['accessCode', 'webhookUrl', 'slackWebhook', 'routing_key', 'fastly-key', 'music-user-token', 'jwt', 'emails'],
    ];
    for (const key of secret) assert.notEqual(secrecyOf(key), 'open', key);
  });

  it('are open when they only sound like it', () => {
    const open = [
      ...['tokenCount', 'statusCode', 'errorCode', 'exitCode', 'postcode', 'PK', 'key', 'partitionKey', 'emailsSent'],
      ...[
        'phoneScore',
        'campaignId',
        'memberId',
        'globalUserId',
        'secretary',
        'message',
        'codec',
        '',
        'constructor',
        '__proto__',
      ],
    ];
    for (const key of open) assert.equal(secrecyOf(key), 'open', key);
  });

  it('stay right when data brings more names than are remembered', () => {
    const rule = createKeyRule();
    for (let n = 0; n < 10_000; n += 1) assert.equal(rule(`member-${n}`), 'open');
    assert.equal(rule('token'), 'single');
  });

  it('can be added', () => {
    const keyRule = createKeyRule({ keys: ['Seat-Number'] });
    assert.deepEqual(redactValue({ seatNumber: 'A7', seat: 'A7' }, { keyRule }), {
      seatNumber: '[redacted]',
      seat: 'A7',
    });
  });
});

describe('redactValue', () => {
  it('hides values under secret names at any depth, whole', () => {
    assert.deepEqual(redactValue({ a: [{ headers: { Authorization: 'x', accept: 'y' }, token: { sub: 'z' } }] }), {
      a: [{ headers: { Authorization: '[redacted]', accept: 'y' }, token: '[redacted]' }],
    });
  });

  it('shows what says nothing: true, false, null, and counts under plural names', () => {
    const value = { email: true, phone: null, code: '', tokens: 12, emails: 0 };
    assert.deepEqual(redactValue(value), value);
    assert.deepEqual(redactValue({ phone: 12025550100, tokens: ['a'] }), { phone: '[redacted]', tokens: '[redacted]' });
  });

  it('masks text in values, names, lists, maps and sets', () => {
    assert.deepEqual(
      redactValue({
        'ada@example.com': 1,
        list: ['+12025550100'],
        map: new Map([['token', 'x']]),
        set: new Set(['ada@example.com']),
        url: new URL('https://x.example/?token=abc'),
      }),
      {
        '[email]': 1,
        list: ['[phone]'],
        map: { token: '[redacted]' },
        set: ['[email]'],
        url: 'https://x.example/?token=[redacted]',
      },
    );
  });

  it('shows an error with its code and its causes, masked, and none of its other fields', () => {
    const cause = Object.assign(new Error('no answer for +12025550100'), {
      code: 'ECONNRESET',
      request: { body: 'ada' },
    });
    const error = Object.assign(new Error('cannot mail ada@example.com', { cause }), {
      code: 'unavailable',
      retryable: true,
    });
    const shown = redactValue({ error });
    assert.partialDeepStrictEqual(shown, {
      error: {
        name: 'Error',
        message: 'cannot mail [email]',
        code: 'unavailable',
        retryable: true,
        cause: { message: 'no answer for [phone]', code: 'ECONNRESET' },
      },
    });
    assert.match(JSON.stringify(shown), /redact-value\.test/);
    assert.doesNotMatch(JSON.stringify(shown), /ada|2025550100|request/);
  });

  it('survives everything that JSON does not', () => {
    const circular: Record<string, unknown> = {
      name: 'loop',
      big: 12n,
      none: undefined,
      run: () => 1,
      bad: Number.NaN,
    };
    circular.self = circular;
    Object.defineProperty(circular, 'getter', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    circular.proxy = new Proxy({}, { ownKeys: () => assert.fail('no keys') });
    circular.revoked = revoked();
    circular.json = { toJSON: () => ({ token: 'x' }) };
    circular.badJson = { toJSON: () => assert.fail('no JSON') };
    circular.bytes = Buffer.from('ada@example.com');
    circular.when = new Date(0);
    circular.never = new Date(Number.NaN);
    assert.deepEqual(redactValue(circular), {
      name: 'loop',
      big: '12',
      bad: null,
      self: '[circular]',
      getter: '[unreadable]',
      proxy: '[unreadable]',
      revoked: '[unreadable]',
      json: { token: '[redacted]' },
      badJson: '[unreadable]',
      bytes: '[15 bytes]',
      when: '1970-01-01T00:00:00.000Z',
      never: null,
    });
  });

  it('shows a value twice when it is there twice without a circle', () => {
    const shared = { id: 1 };
    assert.deepEqual(redactValue([shared, shared]), [{ id: 1 }, { id: 1 }]);
  });

  it('is bounded in depth, width, number and length', () => {
    let deep: unknown = 'end';
    for (let level = 0; level < 10_000; level += 1) deep = [deep];
    assert.ok(JSON.stringify(redactValue(deep)).length < 100);
    const wide = redactValue(Array.from({ length: 100_000 }, (_, index) => index));
    assert.deepEqual(Array.isArray(wide) && wide.slice(-2), [99, '… [99900 more entries]']);
    const many = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => ({ a: { b: 1 } })));
    assert.ok(JSON.stringify(redactValue(many)).length < 100_000);
    assert.ok(String(redactValue('x'.repeat(1_000_000))).length < 9_000);
  });

  it('cuts no address or number in half', () => {
    for (let shift = 0; shift < 40; shift += 1) {
      const text = `${'. '.repeat(4_080)}${' '.repeat(shift)}ada@example.com +12025550100 ${'. '.repeat(5_000)}`;
      assert.doesNotMatch(String(redactValue(text)), /ada|example|\d{5,}\b(?! more)/);
    }
  });
});

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
