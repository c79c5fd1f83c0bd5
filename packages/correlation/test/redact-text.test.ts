import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSeededRandom, fictionalPhone } from '@verifiedfan/test-utils';
import { isSuspiciousLine, redactText } from '../src/index.ts';
import { SECRETS } from './secret-texts.ts';

const random = createSeededRandom({ seed: 'redaction' });
const int = (below: number): number => Math.floor(random.next() * below);
const digits = (length: number): string => Array.from({ length }, () => int(10)).join('');
const hex = (length: number): string => Buffer.from(random.bytes(length)).toString('hex').slice(0, length);

/** Surroundings in which a value is met. None of them names what it holds. */
const PLACES = [
  (value: string) => value,
  (value: string) => `could not send to ${value}`,
  (value: string) => `(${value})`,
  (value: string) => `"${value}"`,
  (value: string) => `sent: ${value}, 3 left`,
  (value: string) => `first line\n${value}\nlast line`,
  (value: string) => `{"to":"${value}","n":1}`,
  (value: string) => `https://sms.example/send?to=${value}&from=1`,
  (value: string) => `<${value}>`,
] as const;

const EMAILS = [
  'ada@example.com',
  'Ada.Lovelace+tickets@mail.example.co.uk',
  "o'brien@example.com",
  'a@b',
  'fan_1@fans.test',
  'ada%40example.com',
  'ada%2Btickets%40example.com',
  'jörg@bücher.example',
  '用户@例子.测试',
  '"ada"@example.com',
  '!#$%@example.org',
  'x'.repeat(64).concat('@example.com'),
] as const;

const grouped = (phone: string): string[] => {
  const national = phone.slice(-10);
  const [area, exchange, line] = [national.slice(0, 3), national.slice(3, 6), national.slice(6)];
  return [
    phone,
    `%2B${phone.slice(1)}`,
    `+1 ${area} ${exchange} ${line}`,
    `+1 (${area}) ${exchange}-${line}`,
    `+1-${area}-${exchange}-${line}`,
    `+1.${area}.${exchange}.${line}`,
    `+1\u00a0${area}\u00a0${exchange}\u00a0${line}`,
    `(${area}) ${exchange}-${line}`,
    `(${area})${exchange}-${line}`,
    `${area}-${exchange}-${line}`,
    `${area}.${exchange}.${line}`,
    `${area}.${exchange}-${line}`,
    `${area} ${exchange} ${line}`,
    `1-${area}-${exchange}-${line}`,
    `tel:${national}`,
    `phone=${national}`,
    `{"phone":"${national}"}`,
    `mobile: ${national}`,
  ];
};
const ELSEWHERE = ['+44 20 7946 0958', '+44 (0)20 7946 0958', '+447700900123', '+33 6 39 98 12 34', '+61 491 570 006'];
const TRUNK = ['020 7946 0958', '07700 900123', '06 39 98 12 34', '06.39.98.12.34', '0491 570 006', '(020) 7946 0958'];

/** Things of this system that are no phone numbers, however many digits they have. */
const IDS = [
  () => digits(56), // a Kinesis sequence
  () => digits(21 + int(5)), // a DynamoDB stream sequence
  () => digits(13), // milliseconds
  () => digits(10),
  () => digits(11),
  () => `-${digits(11)}`,
  () => `${digits(6)}.${digits(6)}`,
  () => random.uuid(),
  () => `00-${hex(32)}-${hex(16)}-01`,
  () => hex(24),
  () => hex(64),
  () => `shardId-${digits(12)}`,
  () => `member-${digits(10)}`,
  () => `${digits(3)}-tour-${digits(4)}`,
  () => `x-${digits(3)}-${digits(3)}-${digits(4)}`,
  () => `2026-0${1 + int(9)}-1${int(10)}T1${int(10)}:0${int(10)}:00.${digits(3)}Z`,
  () => `2026-0${1 + int(9)}-1${int(10)} 10:00:00 +0200`,
  () => `10:00:00 +0200 2026-01-05`,
  () => `GMT+0100 (Central European Standard Time)`,
  () => `192.168.${int(256)}.${int(256)}:${4000 + int(1000)}`,
  () => `v1.${int(100)}.${int(100)}`,
  () => `pino@10.4.${int(9)}`,
  () => `@verifiedfan/log`,
  () => `file:///srv/node_modules/@opentelemetry/api/build/index.js:${int(999)}:${int(99)}`,
  () => `arn:aws:kinesis:us-east-1:${digits(12)}:stream/scores`,
  () => `0.${digits(12)}`,
  () => `1+1=2`,
  () => `batch ${int(99)}/${int(99)} took ${int(999)} ms, ${int(999)}.${int(9)} MiB`,
  () => `s3://bucket/scores/${digits(4)}/${digits(2)}/${digits(2)}/part-${digits(5)}.csv.gz`,
] as const;

describe('redactText on addresses', () => {
  it('masks every address wherever it stands', () => {
    for (const email of EMAILS) {
      for (const place of PLACES) {
        const shown = redactText(place(email));
        assert.ok(shown.includes('[email]'), `${place(email)} → ${shown}`);
        assert.ok(!/ada|lovelace|brien|jörg|用户|fan_1|xxxx|example\.(com|org)|bücher|fans\.test/i.test(shown), shown);
      }
    }
  });

  it('masks several in one text and keeps what stands between them', () => {
    assert.equal(
      redactText('from a@b.example to c@d.example, cc: <e@f.example>.'),
      'from [email] to [email], cc: <[email]>.',
    );
  });

  it('takes time in proportion to a hostile text', { timeout: 5_000 }, () => {
    for (const part of ['a', 'a@', '+1 ', '1-', '"', 'token=', 'eyJ', '://', '555-', '(', 'phone:', 'Bearer ', '0']) {
      redactText(part.repeat(60_000));
    }
  });
});

describe('redactText on phone numbers', () => {
  it('masks a number with a plus or with separators, in every usual form', () => {
    for (let n = 0; n < 2_000; n += 97) {
      for (const spelled of grouped(fictionalPhone(n))) {
        for (const place of PLACES)
          assert.doesNotMatch(redactText(place(spelled)), /\d{4,}|\d{3}\D{1,2}\d{3}/, place(spelled));
      }
    }
    for (const spelled of [...ELSEWHERE, ...TRUNK]) {
      for (const place of PLACES) assert.ok(redactText(place(spelled)).includes('[phone]'), place(spelled));
    }
  });

  it('does not swallow the numbers behind a phone number', () => {
    assert.equal(redactText('+1 202 555 0100 20260105 rows'), '[phone] 20260105 rows');
    assert.equal(redactText('to +12025550100, 14 left'), 'to [phone], 14 left');
  });

  it('leaves ids, sequences, hashes, times, versions and amounts as they are', () => {
    for (let round = 0; round < 200; round += 1) {
      for (const make of IDS) {
        const id = make();
        for (const text of [id, `at ${id} now`, `"${id}"`, `[${id}]`]) assert.equal(redactText(text), text);
      }
    }
  });

  it('takes 8 to 15 digits behind a plus, no fewer and no more', () => {
    assert.equal(redactText('+1234567'), '+1234567');
    assert.equal(redactText('+12345678'), '[phone]');
    assert.equal(redactText('+123456789012345'), '[phone]');
    assert.equal(redactText('+1234567890123456'), '+1234567890123456');
  });
});

describe('redactText', () => {
  const masked = [...EMAILS, ...grouped('+12025550100'), ...ELSEWHERE, ...TRUNK, ...SECRETS.map(([text]) => text)];

  it('changes nothing that was masked before', () => {
    for (const text of masked) assert.equal(redactText(redactText(text)), redactText(text));
  });

  it('is needed for nothing that isSuspiciousLine lets pass', () => {
    for (const text of masked) assert.ok(isSuspiciousLine(JSON.stringify({ message: text })), text);
    assert.equal(
      isSuspiciousLine('{"message":"scores saved","data":{"token":1,"at":"2026-01-05T10:00:00.000Z"}}'),
      false,
    );
  });

  it('is not asked about ids of requests and templates of paths, which every line of access holds', () => {
    for (let round = 0; round < 2_000; round += 1) {
      const uuid = [hex(8), hex(4), hex(4), hex(4), hex(12)].join('-');
      assert.equal(redactText(uuid), uuid);
      assert.equal(isSuspiciousLine(JSON.stringify({ correlation: uuid, path: '/campaigns/:id/markets/:id' })), false);
    }
    // All digits, in every grouping of hyphens that a UUID has.
    const digitsOnly = '20255501-0012-4010-8020-255501002020';
    assert.equal(isSuspiciousLine(JSON.stringify({ a: digitsOnly, b: digitsOnly })), false);
    for (const near of ['202-555-0100', `${digitsOnly} 202-555-0100`, `x${digitsOnly}`, `${digitsOnly}-01`]) {
      assert.ok(isSuspiciousLine(JSON.stringify({ first: digitsOnly, near, last: digitsOnly })), near);
    }
    for (const text of ['token: abc', 'x/token:abc', "'password':abc", 'a://b:c@d', 'secret :abc']) {
      assert.ok(isSuspiciousLine(JSON.stringify({ path: '/:campaignId', text })), text);
    }
  });

  it('keeps no position from one call to the next', () => {
    for (let round = 0; round < 3; round += 1) assert.equal(redactText('a@b.example'), '[email]');
  });
});
