import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGenerator, findPersonalData } from '../src/index.ts';

const email = 'Ada.Brook+fan@example.com';
const phone = '+12025550143';
const known = { emails: [email], phones: [phone] };
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const formsIn = (text: string): string[] => findPersonalData(text, known).map(({ forms }) => forms.join('>'));

describe('findPersonalData', () => {
  it('finds an address as it is and in any case', () => {
    assert.deepEqual(formsIn(`{"to":"${email}"}`), ['']);
    assert.deepEqual(formsIn(`MAIL ${email.toUpperCase()} SENT`), ['']);
  });

  it('finds a number with separators, prefixes, and without its country code', () => {
    const spellings = [
      '+1 (202) 555-0143',
      '1.202.555.0143',
      '202-555-0143',
      '0012025550143',
      'tel:12025550143',
      '200 12025550143 7',
    ];
    for (const spelling of spellings) assert.deepEqual(formsIn(`called ${spelling}.`), [''], spelling);
    const british = findPersonalData('call 07700 900123 now', { phones: ['+447700900123'] });
    assert.equal(british[0]?.value, '+447700900123');
  });

  it('finds both behind every encoding, and behind one inside the other', () => {
    const secrets: [form: string, encode: (text: string) => string][] = [
      ['url-encoded', encodeURIComponent],
      [
        'json-escaped',
        (text) => text.replaceAll('@', '\\u0040').replaceAll('+', '\\u002b').replaceAll('2025', '\\u00320\\u00325'),
      ],
      ['html-escaped', (text) => text.replaceAll('@', '&#64;').replaceAll('2025', '&#x32;025')],
      ['base64', base64],
      ['base64', (text) => Buffer.from(text).toString('base64url')],
      ['hex', (text) => Buffer.from(text).toString('hex')],
      ['base64>url-encoded', (text) => base64(encodeURIComponent(`?to=${text}`))],
      ['base64>base64', (text) => base64(`{"data":"${base64(text)}"}`)],
    ];
    for (const [form, encode] of secrets) {
      assert.ok(formsIn(`x=${encode(email)};`).includes(form), `${form} of the address`);
      // The digits of a number stay readable in a URL, so that is no encoding of it.
      const expected = form === 'url-encoded' ? '' : form.replace('>url-encoded', '');
      assert.ok(formsIn(`x=${encode(phone)};`).includes(expected), `${form} of the number`);
    }
  });

  it('finds an address at every alignment inside a base64 payload', () => {
    for (const prefix of ['', '1', '22', '333', 'abc/4444']) {
      assert.ok(formsIn(`${prefix}${base64(`{"a":"${prefix}","to":"${email}"}`)}`).includes('base64'), prefix);
    }
  });

  it('finds nothing in ids, times, hashes and other people', () => {
    const clean = [
      '{"time":"2026-01-05T10:00:00.143Z","count":2025550,"id":"f89fd35d332629d4d74d3fc3"}',
      'shardId-000000000000:49670000000000000000000000000000000000000000000000000001',
      'bea.dale@example.com +12025550144 120255501430 912025550143',
    ];
    assert.deepEqual(clean.flatMap(formsIn), []);
  });

  it('checks thousands of people at once and names the one who was found', () => {
    const generator = createGenerator({ seed: 9 });
    const users = Array.from({ length: 3000 }, () => generator.user());
    const noise = Array.from({ length: 3000 }, () => `{"id":"${generator.objectId()}","n":${generator.int(0, 9999)}}`);
    const values = { emails: users.map((user) => user.email), phones: users.map((user) => user.phone) };
    assert.deepEqual(findPersonalData(noise.join('\n'), values), []);
    const leaked = users[1234]?.email ?? '';
    const findings = findPersonalData(`${noise.join('\n')} ${leaked} ${noise.join('\n')}`, values);
    assert.deepEqual(
      findings.map(({ kind, value }) => [kind, value]),
      [['email', leaked]],
    );
    assert.ok(findings[0]?.context.includes(leaked));
  });
});
