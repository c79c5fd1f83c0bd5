import assert from 'node:assert/strict';
import type { Collection, Database } from '@verifiedfan/ports';
import { type Entry, entryId, type ScoringCounts } from '../src/index.ts';
import { dataOf, type startService } from './support.ts';

const WORKER = { sub: 'worker:saveEntryScoring', permissions: ['entries:score'] };

export const aScore = (overrides: Record<string, unknown> = {}) => ({
  memberId: 'm1',
  rank: 0,
  events: ['e1'],
  score: 0.5,
  verdict: 'none',
  scoredAt: '2026-01-01T00:00:00Z',
  file: 'f1',
  load: 1,
  line: 2,
  ...overrides,
});

type Row = ReturnType<typeof aScore>;
type Service = Awaited<ReturnType<typeof startService>>;

export const post = (service: Service, scores: Row[], withdrawals: unknown[] = [], campaignId = 'c1') =>
  service.call('/scoring', { json: { campaignId, scores, withdrawals }, claims: WORKER });
export const apply = async (service: Service, scores: Row[], withdrawals: unknown[] = []): Promise<ScoringCounts> => {
  const answer = await post(service, scores, withdrawals);
  assert.equal(answer.status, 200, answer.text);
  const counts = dataOf<ScoringCounts>(answer);
  assert.equal(counts.input, counts.inserted + counts.found);
  assert.equal(counts.found, counts.updated + counts.unchanged);
  return counts;
};

export const entriesOf = (database: Database): Collection<Entry> => database.collection<Entry>('entries');
export const stored = (service: Service, memberId = 'm1') =>
  entriesOf(service.database).findById(entryId('c1', memberId));
export const withoutRevision = async (service: Service) => {
  const found = await entriesOf(service.database).find({ sort: [['_id', 1]] });
  return found.map(({ revision: _revision, ...entry }) => entry);
};
