import type { Chance } from './chance.ts';
import { planRow, type Vocabulary } from './plan-rows.ts';
import type { TestCampaign } from './real-services.ts';
import { type PlacedRow, writeCsv } from './score-csv.ts';

/** `rows` can be read to its end, `rejected` has no usable header, `cut` ends in an open quote or in the middle of the gzip data. */
export type UploadKind = 'rows' | 'rejected' | 'cut';
export type PlannedUpload = { kind: UploadKind; bytes: Buffer; rows: PlacedRow[] };
export type PlannedFile = {
  key: string;
  uploads: PlannedUpload[];
  /** Uploads wait until the one before has ended: what a cut file leaves depends on what was there. */
  inTurn: boolean;
};
export type Plan = {
  /** There from the beginning. */
  campaigns: TestCampaign[];
  /** Made later, so that rows which name it are invalid at first. */
  lateCampaign: TestCampaign;
  files: PlannedFile[];
};

const EVENTS = ['e1', 'e2', 'e3', 'e4'];

/** What happens to be uploaded in one history. `prefix` keeps histories apart that share services and a bucket. */
export const makePlan = (chance: Chance, prefix: string): Plan => {
  const campaigns = ['a', 'b'].map((name) => planCampaign(chance, `${prefix}-${name}`));
  const lateCampaign = planCampaign(chance, `${prefix}-late`);
  const named = [...campaigns, ...campaigns, lateCampaign].map(({ _id }) => _id);
  const vocabulary: Vocabulary = { campaigns: [...named, `${prefix}-unknown`, '..'], events: [...EVENTS, 'e9'] };
  const files = Array.from({ length: chance.between(1, 3) }, (_, at) =>
    planFile(chance, `${prefix}/file ${at}+ü.csv`, vocabulary),
  );
  return { campaigns, lateCampaign, files };
};

export const planCampaign = (chance: Chance, _id: string): TestCampaign => ({
  _id,
  ...(chance.percent(30) ? { maxRank: chance.between(0, 1) } : {}),
  markets: chance
    .shuffled(EVENTS)
    .slice(0, chance.between(1, 4))
    .map((eventId) => ({ eventId, status: chance.percent(10) ? ('CLOSED' as const) : ('ACTIVE' as const) })),
});

const planFile = (chance: Chance, key: string, vocabulary: Vocabulary): PlannedFile => {
  const inTurn = chance.percent(30);
  const uploads: PlannedUpload[] = [];
  for (let count = chance.between(1, 4); count > 0; count -= 1) {
    const earlier = uploads.at(-1);
    const again = earlier !== undefined && chance.percent(20);
    uploads.push(again ? earlier : planUpload(chance, earlier, { vocabulary, mayBeCut: inTurn }));
  }
  return { key, uploads, inTurn };
};

const planUpload = (
  chance: Chance,
  earlier: PlannedUpload | undefined,
  { vocabulary, mayBeCut }: { vocabulary: Vocabulary; mayBeCut: boolean },
): PlannedUpload => {
  const kept = (earlier?.rows ?? []).filter(() => chance.percent(50));
  const made = Array.from({ length: chance.between(0, 6) }, () => planRow(chance, vocabulary));
  const planned = chance.shuffled([...kept, ...made]);
  const gzip = chance.percent(25);
  if (chance.percent(8)) {
    const { bytes } = writeCsv(planned, { gzip, unclosedQuote: false, withoutColumn: 'scoredAt' }, chance);
    return { kind: 'rejected', bytes, rows: [] };
  }
  const isCut = mayBeCut && chance.percent(30);
  const { bytes, rows } = writeCsv(planned, { gzip, unclosedQuote: isCut && !gzip }, chance);
  // Without its trailer a gzip file has all its data and still no end.
  return isCut ? { kind: 'cut', bytes: gzip ? bytes.subarray(0, -6) : bytes, rows } : { kind: 'rows', bytes, rows };
};
