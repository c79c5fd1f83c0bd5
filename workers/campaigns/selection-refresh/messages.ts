import { isObject, type WorkerRecord } from '@verifiedfan/worker';

/** One refresh per campaign, whatever the number of messages that ask for it. */
export type Refresh = {
  campaignId: string;
  /** How often it was put back because the scores were moving. */
  attempt: number;
  /** How far the scores were then; undefined where nobody has looked yet. */
  seen: number | undefined;
  records: Set<WorkerRecord>;
};

const ID = /^[A-Za-z0-9._-]{1,128}$/;
const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value);
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

type Asked = Pick<Refresh, 'campaignId' | 'attempt' | 'seen'>;

/** An event of campaign-service names its campaign in `subject`; the reporter, and a refresh that was put back, in `campaignId`. */
const readMessage = (data: unknown): Asked | undefined => {
  if (!isObject(data)) return undefined;
  if (data.specversion !== undefined)
    return isId(data.subject) ? { campaignId: data.subject, attempt: 0, seen: undefined } : undefined;
  const { campaignId, attempt = 0, seen } = data;
  if (!isId(campaignId) || !isWhole(attempt) || !(seen === undefined || isWhole(seen))) return undefined;
  return { campaignId, attempt, seen };
};

export const gatherRefreshes = (
  records: readonly WorkerRecord[],
  reject: (record: WorkerRecord, reason: string) => void,
): Map<string, Refresh> => {
  const refreshes = new Map<string, Refresh>();
  for (const record of records) {
    const asked = readMessage(record.data);
    if (asked === undefined) {
      reject(record, 'the message names no campaign');
      continue;
    }
    const known = refreshes.get(asked.campaignId);
    const { records: all = new Set<WorkerRecord>() } = known ?? {};
    // The newest request decides: it has not looked at the scores yet.
    const newest = known === undefined || asked.attempt < known.attempt ? asked : known;
    const { campaignId, attempt, seen } = newest;
    refreshes.set(campaignId, { campaignId, attempt, seen, records: all.add(record) });
  }
  return refreshes;
};
