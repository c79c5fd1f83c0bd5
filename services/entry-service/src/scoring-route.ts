import type { Metrics } from '@verifiedfan/ports';
import { type Route, route, ServiceError } from '@verifiedfan/service';
import { scoringCounts } from './schemas.ts';
import { scoringInput } from './scoring-input.ts';
import type { ScoringManager } from './scoring-manager.ts';

/** Scores and withdrawals in one request. */
export const MAX_SCORING_ROWS = 500;
const MAX_BODY_BYTES = 4_194_304;

export type ScoringRouteOptions = { scoring: ScoringManager; metrics: Pick<Metrics, 'count'> | undefined };

/** The route of the scoring on-sale: called thousands of times in one load, hence quiet and without stored answers. */
export const createScoringRoute = ({ scoring, metrics }: ScoringRouteOptions): Route =>
  route({
    method: 'POST',
    path: '/scoring',
    summary:
      'Applies score rows of one campaign to its entries; rows that are older than what is stored change nothing',
    access: { permission: 'entries:score' },
    body: scoringInput,
    maxBodyBytes: MAX_BODY_BYTES,
    // Every row carries its version, so a repetition is harmless with or without a key; keeping answers would cost as much as the rows.
    idempotency: 'content',
    quiet: true,
    responses: { 200: scoringCounts },
    errors: ['CONTENTION'],
    async handler({ body }) {
      if (body.scores.length + body.withdrawals.length > MAX_SCORING_ROWS) {
        const message = `At most ${MAX_SCORING_ROWS} scores and withdrawals fit into a request`;
        throw new ServiceError({ code: 'PAYLOAD_TOO_LARGE', message });
      }
      const counts = await scoring.apply(body);
      for (const outcome of ['inserted', 'updated', 'unchanged', 'withdrawn'] as const) {
        if (counts[outcome] > 0) metrics?.count('entry_scoring_rows', counts[outcome], { outcome });
      }
      return { status: 200, data: counts };
    },
  });
