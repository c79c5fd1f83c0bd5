import { FICTIONAL_PHONES, fictionalPhone, RESERVED_DOMAINS } from './contact.ts';
import { FIRST_NAMES, LAST_NAMES } from './names.ts';
import { mix } from './random.ts';
import type { ScoreCampaign } from './score-campaigns.ts';

/** One row as it is written: the text of each field, and what a loader must make of it. */
export type ScoreRow = {
  fields: ScoreFields;
  /** Index of the first preference that the campaign offers in the row's own list; null when there is none. */
  rank: number | null;
};

/** The columns in the order in which they are written. */
export const SCORE_COLUMNS = [
  'campaignId',
  'memberId',
  'globalUserId',
  'sid',
  'email',
  'phone',
  'score',
  'isVerified',
  'verdict',
  'preferences',
  'scoredAt',
  'modelVersion',
] as const;
export type ScoreColumn = (typeof SCORE_COLUMNS)[number];
export type ScoreFields = Record<ScoreColumn, string>;

export type RowMaker = (index: number, campaign: ScoreCampaign) => ScoreRow;

/**
 * Makes the row of the n-th registrant. The cost of one row is what the generator's speed hangs on, so each random word is cut into
 * bits for several decisions, and texts that repeat are made once.
 */
export const createRowMaker = ({ bits, scoredAtMs }: { bits: () => number; scoredAtMs: number }): RowMaker => {
  const phones = Array.from({ length: FICTIONAL_PHONES }, (_, index) => fictionalPhone(index));
  const hexPairs = Array.from({ length: 65_536 }, (_, value) => value.toString(16).padStart(4, '0'));
  const fractions = Array.from({ length: 10_000 }, (_, value) => `0.${String(value).padStart(4, '0')}`);
  const hex = (word: number): string => `${hexPairs[word >>> 16]}${hexPairs[word & 0xffff]}`;
  const stamp = createStamps(scoredAtMs);
  const salt = bits();

  return (index, campaign) => {
    const [person, decision, choice] = [bits(), bits(), bits()];
    // A bijection of the index: no two registrants share an id, and the ids arrive in no order, as those of real members do.
    const unique = hex(mix(index ^ salt));
    const memberId = `${hex(person)}${unique}${hex(decision)}`;
    const first = FIRST_NAMES[person & 31] ?? '';
    const last = LAST_NAMES[(person >>> 5) & 31] ?? '';
    const { isVerified, verdict } = judge(decision);
    const { preferences, rank } = prefer(choice, campaign);
    return {
      fields: {
        campaignId: campaign._id,
        memberId,
        globalUserId: `gu-${unique}`,
        sid: (person >>> 10) % 8 === 0 ? '' : `sid-${hex(choice)}${unique}`,
        email: `${first}.${last}.${index}@${RESERVED_DOMAINS[(person >>> 13) & 3]}`,
        phone: (person >>> 15) % 16 === 0 ? '' : (phones[(person >>> 15) % FICTIONAL_PHONES] ?? ''),
        score: fractions[score(decision, isVerified)] ?? '1',
        isVerified,
        verdict,
        preferences,
        scoredAt: stamp(index),
        modelVersion: 'identity-2026.10',
      },
      rank,
    };
  };
};

/** About 70 % verified, 10 % rejected, the rest not known yet. Half of the verified are selected, a third of them wait. */
const judge = (decision: number): Pick<ScoreFields, 'isVerified' | 'verdict'> => {
  const [share, lot] = [decision % 100, (decision >>> 8) % 6];
  if (share < 70) return { isVerified: 'true', verdict: lot < 3 ? 'selected' : lot < 5 ? 'waitlisted' : 'none' };
  if (share < 80) return { isVerified: 'false', verdict: lot < 5 ? 'rejected' : 'none' };
  return { isVerified: '', verdict: lot < 2 ? 'none' : '' };
};

/** A score in ten-thousandths: high for the verified, low for the rejected. */
const score = (decision: number, isVerified: string): number => {
  const draw = (decision >>> 11) % 5000;
  return isVerified === 'true' ? 5000 + draw : isVerified === 'false' ? draw : 2500 + draw;
};

/** One to four of the campaign's markets, best first. One in 32 wants a show first that the campaign does not offer, one in 64 only that. */
const prefer = (choice: number, { markets }: ScoreCampaign): { preferences: string; rank: number | null } => {
  const wanted = Math.min(1 + (choice & 3), markets.length);
  const start = (choice >>> 2) % markets.length;
  if (choice >>> 26 === 0) return { preferences: (choice & 4) === 0 ? '' : 'ev-elsewhere', rank: null };
  let preferences = choice >>> 26 <= 2 ? 'ev-elsewhere' : '';
  const rank = preferences === '' ? 0 : 1;
  for (let index = 0; index < wanted; index += 1) {
    const eventId = markets[(start + index) % markets.length]?.eventId ?? '';
    preferences = preferences === '' ? eventId : `${preferences}|${eventId}`;
  }
  return { preferences, rank };
};

/** Times that rise by a millisecond a row; the part down to the second is formatted once a second. */
const createStamps = (startMs: number): ((index: number) => string) => {
  const thousandths = Array.from({ length: 1000 }, (_, value) => `.${String(value).padStart(3, '0')}Z`);
  let second = Number.NaN;
  let prefix = '';
  return (index) => {
    const atMs = startMs + index;
    if (Math.floor(atMs / 1000) !== second) {
      second = Math.floor(atMs / 1000);
      prefix = new Date(second * 1000).toISOString().slice(0, 19);
    }
    return `${prefix}${thousandths[atMs % 1000]}`;
  };
};
