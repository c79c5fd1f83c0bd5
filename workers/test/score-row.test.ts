import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type ColumnIndexes,
  isFault,
  parseScoreRow,
  SCORE_COLUMNS,
  type ScoreColumn,
  type ScoreRow,
} from '../scoring/domain/score-row.ts';

const NAMES = [...SCORE_COLUMNS.required, ...SCORE_COLUMNS.optional];
const INDEXES = Object.fromEntries(NAMES.map((name, at) => [name, at])) as ColumnIndexes;
const GOOD: Partial<Record<ScoreColumn, string>> = {
  campaignId: 'tour',
  memberId: 'fan-1',
  score: '0.5',
  preferences: 'e1|e2',
  scoredAt: '2026-01-01T00:00:00Z',
};

const parse = (fields: Partial<Record<ScoreColumn, string>>) =>
  parseScoreRow(
    NAMES.map((name) => fields[name] ?? GOOD[name] ?? ''),
    INDEXES,
  );
const parsed = (fields: Partial<Record<ScoreColumn, string>>): ScoreRow => {
  const row = parse(fields);
  assert.ok(!isFault(row), `a fault in ${JSON.stringify(row)}`);
  return row;
};

const reasonOf = (row: ReturnType<typeof parse>): string => (isFault(row) ? row.reason : 'none');

const long = (length: number): string => 'x'.repeat(length);
const IDS = {
  good: ['a', '0', '.', '..', '-_.', 'A.b-C_9', '__proto__', 'constructor', long(128)],
  bad: ['a b', ' a', 'a ', 'ä', 'a:b', 'a/b', 'a#b', 'a|b', 'a\n', '\u0000', '＃', long(129)],
};

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 20)}… (${text.length})` : text);

/** What each column takes and what it refuses; an empty text stands beside them, since it means something else in each column. */
const GRAMMAR: Readonly<Record<ScoreColumn, { good: readonly string[]; bad: readonly string[] }>> = {
  campaignId: { good: IDS.good, bad: [...IDS.bad, ''] },
  memberId: { good: IDS.good, bad: [...IDS.bad, ''] },
  globalUserId: { good: [...IDS.good, ''], bad: IDS.bad },
  sid: { good: [...IDS.good, ''], bad: IDS.bad },
  score: {
    good: ['0', '1', '0.5', '1.000', '00.5', '0001', '0.0', '1.0', '0.123456789012345678'],
    bad: [
      '',
      '.5',
      '0.',
      '1.',
      '1e0',
      '5e-1',
      '+1',
      '-0',
      '-0.5',
      '1.01',
      '2',
      '1.0000001',
      '0,5',
      ' 0.5',
      '0.5 ',
    ].concat(['0x1', 'NaN', 'Infinity', '0_1', '½', '٠', '1n', '--1', '0.5.5', 'true', 'null', '\u00a00.5']),
  },
  email: {
    good: [
      '',
      'a@b',
      'Ann@Example.COM',
      ' ann@example.com ',
      "o'neil+x@mail.example",
      'ü@exämple.de',
      `${long(252)}@b`,
    ],
    bad: ['a', '@', 'a@', '@b', 'a@b@c', 'a b@c', 'a@b c', 'a@\u00a0b', 'a\n@b', 'a\t@b', `${long(253)}@b`],
  },
  phone: {
    good: ['', '+12345678', '+123456789012345', '+12025550123'],
    bad: [
      '12345678',
      '+1234567',
      '+1234567890123456',
      '+1 2345678',
      '+1-2345678',
      '0012345678',
      '++12345678',
      '+1234567a',
    ],
  },
  isVerified: {
    good: ['', 'true', 'false', 'TRUE', 'FALSE', 'True', 'fAlSe'],
    bad: ['1', '0', 'yes', 'no', ' true', 'true ', 'tru', 'null', 'truefalse'],
  },
  verdict: {
    good: ['', 'selected', 'waitlisted', 'rejected', 'none'],
    bad: ['Selected', 'SELECTED', 'wait-listed', ' selected', 'selected ', 'null', 'toString'],
  },
  preferences: {
    good: ['', 'e1', 'e1|e2', 'e1|e1', '.|..|-', `${long(128)}|e1`, Array(2_000).fill('e').join('|')],
    bad: ['|', 'a||b', 'a|', '|a', 'a| b', 'a |b', 'a,b', 'a;b', 'a|ü', `${long(129)}|e1`, ' '],
  },
  scoredAt: {
    good: ['2026-01-01T00:00:00Z', '2026-01-01T00:00Z', '2026-01-01T00:00:00.1Z', '2026-01-01T00:00:00.123456789Z']
      .concat([
        '2026-01-01T23:59:59+14:00',
        '2026-01-01T00:00:00-12:00',
        '2024-02-29T00:00:00Z',
        '2000-02-29T00:00:00Z',
      ])
      .concat(['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z']),
    bad: [
      '',
      '2026-01-01',
      '2026-01-01T00:00:00',
      '2026-01-01 00:00:00Z',
      '2026-02-30T00:00:00Z',
      '2026-02-29T00:00:00Z',
    ]
      .concat(['1900-02-29T00:00:00Z', '2026-04-31T00:00:00Z', '2026-13-01T00:00:00Z', '2026-00-01T00:00:00Z'])
      .concat(['2026-01-00T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T00:60:00Z', '2016-12-31T23:59:60Z'])
      .concat(['2026-01-01T00:00:00.Z', '2026-01-01T00:00:00.1234567890Z', '2026-01-01T00:00:00+1:00'])
      .concat([
        '2026-01-01T00:00:00+0100',
        '2026-01-01T00:00:00+24:00',
        '2026-01-01T00:00:00+01:60',
        '2026-1-1T00:00:00Z',
      ])
      .concat([
        '2026-01-01T00:00:00z',
        '20260101T000000Z',
        '1767225600000',
        '2026-01-01T00:00:00Z ',
        ' 2026-01-01T00:00:00Z',
      ])
      .concat(['+02026-01-01T00:00:00Z', '-001-01-01T00:00:00Z', '2026-W01-1T00:00:00Z', '٢٠٢٦-01-01T00:00:00Z']),
  },
  modelVersion: { good: ['', 'v1', long(64), 'version 1, "final"', 'é'.repeat(64)], bad: [long(65)] },
};

describe('the grammar of score rows', () => {
  for (const column of NAMES) {
    const { good, bad } = GRAMMAR[column];
    for (const text of good) {
      it(`takes ${JSON.stringify(shorten(text))} as ${column}`, () => {
        assert.ok(!isFault(parse({ [column]: text })));
      });
    }
    for (const text of bad) {
      it(`refuses ${JSON.stringify(shorten(text))} as ${column}, with the same reason as any other`, () => {
        const row = parse({ [column]: text });
        assert.ok(isFault(row), 'it was taken');
        assert.equal(row.column, column);
        // A reason that holds no value is one reason for all of them.
        assert.equal(row.reason, reasonOf(parse({ [column]: bad[0] ?? '' })));
      });
    }
  }

  it('reads scores as numbers, whatever way they are written', () => {
    const scores = ['1.000', '00.5', '0001', '0.0'].map((score) => parsed({ score }).score);
    assert.deepEqual(scores, [1, 0.5, 1, 0]);
  });

  it('compares e-mail addresses trimmed and in lower case', () => {
    assert.equal(parsed({ email: '  Ann@Example.COM ' }).email, 'ann@example.com');
  });

  it('tells "not known" from true and false', () => {
    const known = ['', 'TRUE', 'False'].map((isVerified) => parsed({ isVerified }).isVerified);
    assert.deepEqual(known, [undefined, true, false]);
  });

  it('reads an empty verdict as none and empty preferences as no preference', () => {
    const { verdict, preferences } = parsed({ verdict: '', preferences: '' });
    assert.deepEqual({ verdict, preferences }, { verdict: 'none', preferences: [] });
  });

  it('keeps the time as it was written, and knows its instant to the millisecond', () => {
    const { scoredAt, scoredAtMs } = parsed({ scoredAt: '2026-01-01T01:00:00.9876+01:00' });
    assert.deepEqual(
      { scoredAt, scoredAtMs },
      { scoredAt: '2026-01-01T01:00:00.9876+01:00', scoredAtMs: Date.UTC(2026, 0, 1) + 987 },
    );
  });

  it('leaves out what the row does not say', () => {
    assert.deepEqual(Object.keys(parsed({})).sort(), [
      'campaignId',
      'memberId',
      'preferences',
      'score',
      'scoredAt',
      'scoredAtMs',
      'verdict',
    ]);
  });

  it('takes a file without the optional columns', () => {
    const at = { ...INDEXES, ...Object.fromEntries(SCORE_COLUMNS.optional.map((name) => [name, undefined])) };
    const row = parseScoreRow(
      SCORE_COLUMNS.required.map((name) => GOOD[name] ?? ''),
      at,
    );
    assert.ok(!isFault(row));
  });
});
