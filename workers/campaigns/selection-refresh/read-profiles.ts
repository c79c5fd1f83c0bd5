import type { Item, Table } from '@verifiedfan/ports';
import { olderThan } from '@verifiedfan/worker';
import { profileKey } from '../../scoring/domain/keys.ts';
import { memberRows } from '../../scoring/domain/member-rows.ts';
import { readScoresVersion } from '../../scoring/domain/scores-version.ts';
import { countRows } from './count-rows.ts';
import { profileFrom, type ScoreProfile } from './profile.ts';

export type ProfilesOptions = {
  table: Table;
  campaignId: string;
  /** Events whose profiles are asked for. */
  wanted: readonly string[];
  /** All events of the campaign: when the rows have to be read, one reading serves them all. */
  eventIds: readonly string[];
  /** Whether the rows may be read at this version of the scores. */
  mayScan(scoresVersion: number): boolean;
  signal: AbortSignal;
};

export type ProfilesResult =
  /**
   * `rows`: how many rows were read, unless the stored profiles were current. `moved`: the version that the scores had reached by then, if
   * that is another one.
   */
  | {
      outcome: 'read';
      profiles: ReadonlyMap<string, ScoreProfile>;
      scoresVersion: number;
      rows?: number;
      moved?: number;
    }
  | { outcome: 'not_now'; scoresVersion: number };

/**
 * The profiles of a campaign: the stored ones where they are of the current scores, otherwise from the rows. The version is read before
 * the rows: if it moves meanwhile, the profiles hold what it counts and perhaps some of what came since, and say so.
 */
export const readProfiles = async (options: ProfilesOptions): Promise<ProfilesResult> => {
  const { table, campaignId, wanted, eventIds, mayScan, signal } = options;
  const scoresVersion = await readScoresVersion(table, campaignId);
  const stored = await readStored(options, scoresVersion);
  if (wanted.every((eventId) => stored.has(eventId))) return { outcome: 'read', profiles: stored, scoresVersion };
  if (!mayScan(scoresVersion)) return { outcome: 'not_now', scoresVersion };
  const { profiles, rows } = await countRows(memberRows(table, campaignId), eventIds, signal);
  const after = await readScoresVersion(table, campaignId);
  if (after !== scoresVersion) return { outcome: 'read', profiles, scoresVersion, rows, moved: after };
  await store(options, profiles, scoresVersion);
  return { outcome: 'read', profiles, scoresVersion, rows };
};

const readStored = async (
  { table, campaignId, wanted }: ProfilesOptions,
  scoresVersion: number,
): Promise<Map<string, ScoreProfile>> => {
  const items = await table.getMany(wanted.map((eventId) => profileKey(campaignId, eventId)));
  const current = wanted.flatMap((eventId, at): [string, ScoreProfile][] => {
    const profile = items[at]?.scoresVersion === scoresVersion ? profileFrom(items[at] as Item) : undefined;
    return profile === undefined ? [] : [[eventId, profile]];
  });
  return new Map(current);
};

/** Only over older ones: who was overtaken keeps his profiles to himself. */
const store = async (
  { table, campaignId }: ProfilesOptions,
  profiles: ReadonlyMap<string, ScoreProfile>,
  scoresVersion: number,
): Promise<void> => {
  const condition = olderThan([['scoresVersion', scoresVersion]]);
  const actions = [...profiles].map(([eventId, profile]) => ({
    put: { ...profileKey(campaignId, eventId), ...profile, scoresVersion },
    condition,
  }));
  for (const result of await table.updateMany(actions)) if (result.outcome === 'failed') throw result.error;
};
