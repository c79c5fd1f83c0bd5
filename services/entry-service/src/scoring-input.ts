import {
  type CheckedSchema,
  idSchema,
  isId,
  parseIsoDateTime,
  toJsonSchema,
  type ValidationDetail,
  z,
} from '@verifiedfan/schema';
import type { Claim } from '@verifiedfan/standing';
import { type ScoreContent, type StoredClaim, VERDICTS } from './entry.ts';
import { checkRows, MAX_EVENTS, SCORE_RULES, WITHDRAWAL_RULES } from './scoring-fields.ts';

export type Withdrawal = { memberId: string; file: string; load: number };
export type ScoringInput = {
  campaignId: string;
  scores: { memberId: string; claim: Claim<ScoreContent> }[];
  withdrawals: Withdrawal[];
};

type ScoreRow = StoredClaim & { memberId: string };
type CheckedBody = { campaignId: string; scores: ScoreRow[]; withdrawals?: Withdrawal[] };

const FIELDS: ReadonlySet<string> = new Set(['campaignId', 'scores', 'withdrawals']);
const detail = (pointer: string, rule: string, message: string): ValidationDetail => ({ pointer, rule, message });

const checkFields = (body: Partial<Record<string, unknown>>): ValidationDetail[] => {
  const details: ValidationDetail[] = [];
  if (typeof body.campaignId !== 'string' || !isId(body.campaignId)) {
    details.push(detail('/campaignId', 'invalid_value', 'Must be 1 to 128 of A-Z a-z 0-9 . _ -'));
  }
  if (!Array.isArray(body.scores)) details.push(detail('/scores', 'invalid_type', 'Must be a list'));
  if (body.withdrawals !== undefined && !Array.isArray(body.withdrawals)) {
    details.push(detail('/withdrawals', 'invalid_type', 'Must be a list'));
  }
  if (Object.keys(body).some((name) => !FIELDS.has(name)))
    details.push(detail('', 'unknown_field', 'Has an unknown field'));
  return details;
};

/** The content is built field by field: equal contents must be equal objects, whatever order the sender used. */
const contentOf = ({ rank, events, score, isVerified, verdict, modelVersion }: ScoreRow): ScoreContent => {
  const content: ScoreContent = { rank, events, score, verdict };
  if (isVerified !== undefined) content.isVerified = isVerified;
  if (modelVersion !== undefined) content.modelVersion = modelVersion;
  return content;
};

const toInput = ({ campaignId, scores, withdrawals = [] }: CheckedBody): ScoringInput => ({
  campaignId,
  scores: scores.map((row) => {
    const { memberId, file, load, line, scoredAt } = row;
    const scoredAtMs = parseIsoDateTime(scoredAt) ?? Number.NaN;
    return { memberId, claim: { file, load, line, scoredAtMs, content: contentOf(row) } };
  }),
  withdrawals,
});

const check: CheckedSchema<ScoringInput>['check'] = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, details: [detail('', 'invalid_type', 'Must be an object')] };
  }
  const details = checkFields(value);
  if (details.length > 0) return { ok: false, details };
  const body = value as CheckedBody;
  const wrong = [
    ...checkRows({ name: 'scores', rows: body.scores, rules: SCORE_RULES }),
    ...checkRows({ name: 'withdrawals', rows: body.withdrawals ?? [], rules: WITHDRAWAL_RULES }),
  ];
  return wrong.length > 0 ? { ok: false, details: wrong } : { ok: true, value: toInput(body) };
};

const whole = z.int().min(0);
const file = z.string().min(1).max(1_100);

/** The same contract in zod: describes the body in OpenAPI, and a test holds both against each other. */
export const scoringBodySchema = z.strictObject({
  campaignId: idSchema,
  scores: z.array(
    z.strictObject({
      memberId: idSchema,
      rank: whole.nullable(),
      events: z.array(idSchema).max(MAX_EVENTS),
      score: z.number().min(0).max(1),
      isVerified: z.boolean().optional(),
      verdict: z.enum(VERDICTS),
      scoredAt: z.string().refine((text) => parseIsoDateTime(text) !== undefined),
      modelVersion: z.string().min(1).max(64).optional(),
      file,
      load: whole,
      line: whole,
    }),
  ),
  withdrawals: z.array(z.strictObject({ memberId: idSchema, file, load: whole })).optional(),
});

/** The body of POST /scoring. Checked by hand: a body has 500 rows, and a load of a million rows brings thousands of bodies. */
export const scoringInput: CheckedSchema<ScoringInput> = { check, jsonSchema: toJsonSchema(scoringBodySchema) };
