import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isIsoDateTime, parseIsoDateTime } from '../src/index.ts';

describe('parseIsoDateTime', () => {
  it('agrees with Date on real dates, zones and fractions', () => {
    for (const text of [
      '2026-02-01T10:00:00Z',
      '2026-02-01T10:00:00.5Z',
      '2026-02-01T10:00:00.25Z',
      '2026-02-01T10:00:00.123Z',
      '2026-02-01T10:00Z',
      '2026-02-01T10:00:00+05:30',
      '2026-02-01T10:00:00-23:59',
      '2024-02-29T00:00:00Z',
      '2000-02-29T23:59:59.999Z',
      '1969-12-31T23:59:59.999Z',
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59Z',
    ]) {
      assert.equal(parseIsoDateTime(text), Date.parse(text), text);
    }
  });

  it('agrees with Date on every day of 60 years', () => {
    for (let ms = Date.UTC(1970, 0, 1); ms < Date.UTC(2030, 0, 1); ms += 86_400_000) {
      assert.equal(parseIsoDateTime(new Date(ms).toISOString()), ms);
    }
  });

  it('cuts digits behind the milliseconds off', () => {
    assert.equal(parseIsoDateTime('2026-02-01T10:00:00.123999999Z'), Date.parse('2026-02-01T10:00:00.123Z'));
  });

  it('refuses dates that are in no calendar', () => {
    for (const date of [
      '2026-02-30',
      '2026-02-29',
      '1900-02-29',
      '2026-04-31',
      '2026-13-01',
      '2026-00-10',
      '2026-01-00',
    ]) {
      assert.equal(isIsoDateTime(`${date}T10:00:00Z`), false, date);
    }
  });

  it('refuses what is not a date-time with a zone', () => {
    for (const text of [
      '',
      '2026-02-01',
      '2026-02-01T10:00:00',
      '2026-02-01 10:00:00Z',
      '2026-02-01T24:00:00Z',
      '2026-02-01T10:60:00Z',
      '2026-02-01T10:00:60Z',
      '2026-02-01T10:00:00.Z',
      '2026-02-01T10:00:00.1234567890Z',
      '2026-02-01T10:00:00,5Z',
      '2026-02-01T10:00:00+0530',
      '2026-02-01T10:00:00+24:00',
      '2026-02-01T10:00:00+05:60',
      '2026-02-01T10:00:00Z ',
      ' 2026-02-01T10:00:00Z',
      '2026-2-1T10:00:00Z',
      '+02026-02-01T10:00:00Z',
      '2026-02-01T10:00:00z',
      '٢٠٢٦-02-01T10:00:00Z',
    ]) {
      assert.equal(isIsoDateTime(text), false, text);
    }
  });
});
