/**
 * What the state of scoring must be, written from the documentation alone: a function of the loads that count and of what the campaigns
 * offered to them. It knows nothing of streams, claims, floors or removals.
 */
export type ModelOffer = { events: readonly string[]; maxRank?: number };

/** A row that keeps the grammar. */
export type ModelRow = {
  line: number;
  campaignId: string;
  memberId: string;
  score: number;
  isVerified: boolean | undefined;
  verdict: string;
  preferences: readonly string[];
  scoredAt: string;
  sid: string | undefined;
  /** Lower case, trimmed. */
  email: string | undefined;
  /** What its campaign offers; undefined when there is no such campaign. */
  offer: ModelOffer | undefined;
};

/** Loads of one key, the oldest first: the last one that was read to its end, and those behind it that were not. */
export type ModelFile = { loads: readonly { load: number; rows: readonly ModelRow[] }[] };

export type ModelScore = {
  memberId: string;
  score: number;
  isVerified: boolean | undefined;
  verdict: string;
  rank: number;
  events: string[];
  scoredAt: string;
  load: number;
  line: number;
};
export type ModelCounts = { verified: number; rejected: number; selected: number };
export type ModelState = {
  /** By `<campaign> <member>`. */
  members: Map<string, ModelScore>;
  /** By `<campaign> <kind> <identifier>`; e-mail addresses in the clear. */
  fans: Map<string, ModelScore>;
  counts: Map<string, ModelCounts>;
};

export const computeState = (files: readonly ModelFile[]): ModelState => {
  const state: ModelState = { members: new Map(), fans: new Map(), counts: new Map() };
  for (const file of files) {
    const { members, fans } = statementsOf(file);
    for (const [name, score] of members) keepNewer(state.members, name, score);
    for (const [name, score] of fans) keepNewer(state.fans, name, score);
  }
  for (const [name, { isVerified, verdict }] of state.members) {
    const campaignId = name.split(' ')[0] ?? '';
    const counts = state.counts.get(campaignId) ?? { verified: 0, rejected: 0, selected: 0 };
    if (isVerified === true) counts.verified += 1;
    if (isVerified === false) counts.rejected += 1;
    if (verdict === 'selected') counts.selected += 1;
    state.counts.set(campaignId, counts);
  }
  return state;
};

type Statements = Pick<ModelState, 'members' | 'fans'>;

/** What one key says: of each name what its latest load says, and in one load the newest row. */
const statementsOf = ({ loads }: ModelFile): Statements => {
  const all: Statements = { members: new Map(), fans: new Map() };
  for (const { load, rows } of loads) {
    const own: Statements = { members: new Map(), fans: new Map() };
    for (const row of rows) {
      const score = scoreOf(row, load);
      if (score === undefined) continue;
      keepNewer(own.members, `${row.campaignId} ${row.memberId}`, score);
      for (const name of fanNames(row)) keepNewer(own.fans, name, score);
    }
    for (const [name, score] of own.members) all.members.set(name, score);
    for (const [name, score] of own.fans) all.fans.set(name, score);
  }
  return all;
};

const fanNames = ({ campaignId, memberId, sid, email }: ModelRow): string[] => [
  `${campaignId} fan ${memberId}`,
  ...(sid === undefined ? [] : [`${campaignId} sid ${sid}`]),
  ...(email === undefined ? [] : [`${campaignId} email ${email}`]),
];

/** Undefined for a row that is filtered, or whose campaign does not exist. */
const scoreOf = (row: ModelRow, load: number): ModelScore | undefined => {
  const { offer, preferences, memberId, score, isVerified, verdict, scoredAt, line } = row;
  if (offer === undefined) return undefined;
  const rank = preferences.findIndex((event) => offer.events.includes(event));
  if (rank === -1 || rank > (offer.maxRank ?? Number.POSITIVE_INFINITY)) return undefined;
  const events = [...new Set(preferences)].filter((event) => offer.events.includes(event));
  return { memberId, score, isVerified, verdict, rank, events, scoredAt, load, line };
};

const keepNewer = (scores: Map<string, ModelScore>, name: string, score: ModelScore): void => {
  const known = scores.get(name);
  if (known === undefined || isNewer(score, known)) scores.set(name, score);
};

const isNewer = (a: ModelScore, b: ModelScore): boolean => {
  const order = [Date.parse(a.scoredAt) - Date.parse(b.scoredAt), a.load - b.load, a.line - b.line];
  return (order.find((difference) => difference !== 0) ?? 0) > 0;
};
