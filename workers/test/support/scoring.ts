import type { JsonObject } from '@verifiedfan/ports';
import { makeKinesisInput } from '@verifiedfan/test-utils';
import type { ScoreRecord, WithdrawalRecord } from '../../scoring/domain/score-record.ts';

/** A score as the loader puts it on scoresStream. */
export const aScore = (changes: Partial<ScoreRecord> = {}): ScoreRecord => ({
  type: 'score',
  campaignId: 'tour',
  memberId: 'ann',
  score: 0.5,
  verdict: 'none',
  rank: 0,
  events: ['e1'],
  scoredAt: '2026-01-01T00:00:00Z',
  file: 'f0000000000000001',
  load: 1,
  line: 2,
  meta: { correlation: 'load-1.2' },
  ...changes,
});

export const aWithdrawal = (changes: Partial<WithdrawalRecord> = {}): WithdrawalRecord => ({
  type: 'withdrawal',
  campaignId: 'tour',
  memberId: 'ann',
  member: true,
  file: 'f0000000000000001',
  load: 2,
  meta: { correlation: 'load-2.removal.2' },
  ...changes,
});

/** Bodies as they might stand on a stream that anyone may write to; objects become JSON. */
export const scoresEvent = (bodies: readonly (JsonObject | string)[]) =>
  makeKinesisInput(
    bodies.map((data) => ({ data, partitionKey: typeof data === 'string' ? 'x' : String(data.memberId ?? 'x') })),
    { stream: 'scoresStream' },
  );

/** What no consumer may take for a score. */
export const FOREIGN_RECORDS: Readonly<Record<string, JsonObject | string>> = {
  'that is not JSON': 'not json',
  'that is a text': '"text"',
  'that is null': 'null',
  'that is a list': '[]',
  'of another type': aScore({ type: 'other' as 'score' }),
  'without a member': withoutMember('memberId'),
  'without a campaign': withoutMember('campaignId'),
  'without a file': withoutMember('file'),
  'without its meta': withoutMember('meta'),
  'with a member id that would leave its key': aScore({ memberId: 'a:b' }),
  'with a score out of range': aScore({ score: 2 }),
  'with a score as text': aScore({ score: '0.5' as unknown as number }),
  'with an unknown verdict': aScore({ verdict: 'maybe' as 'none' }),
  'with events that are no ids': aScore({ events: ['a b'] }),
  'with more events than an entry takes': aScore({ events: Array.from({ length: 1_001 }, () => 'e') }),
  'with a model version that is too long': aScore({ modelVersion: 'x'.repeat(65) }),
  'with a time that is no time': aScore({ scoredAt: '2026-02-30T00:00:00Z' }),
  'with a fraction as its line': aScore({ line: 1.5 }),
  'of a withdrawal that does not say what of': { ...aWithdrawal(), member: 'yes' },
};

function withoutMember(name: keyof ScoreRecord): JsonObject {
  const { [name]: _, ...rest } = aScore();
  return rest as JsonObject;
}
