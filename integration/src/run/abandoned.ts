import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endRun } from '../servers/manager.ts';
import { runFolder } from '../servers/paths.ts';
import { type Identity, identify, isAlive } from '../servers/processes.ts';
import { listRuns, type RunPlace } from '../servers/state.ts';

/** Says who a run of tests belongs to. Runs of people have none, and neither have runs whose servers are to stay. */
const ownerFile = ({ cache, run }: RunPlace): string => join(runFolder(cache, run), 'owner');

/** Writes down that this process owns a run: when it is killed, the next run of tests stops what it left. */
export const ownRun = (place: RunPlace): void => {
  mkdirSync(runFolder(place.cache, place.run), { recursive: true });
  writeFileSync(ownerFile(place), JSON.stringify(identify(process.pid)));
};

/** Leaves a run to people: it goes on when this process has ended. */
export const giveAway = (place: RunPlace): void => rmSync(ownerFile(place), { force: true });

const ownerOf = (place: RunPlace): Identity | undefined => {
  try {
    return JSON.parse(readFileSync(ownerFile(place), 'utf8')) as Identity;
  } catch {
    return undefined;
  }
};

/** The run itself, and the servers that single tests of it started for themselves. */
const withOwn = (cache: string, run: string): string[] =>
  listRuns(cache).filter((each) => each === run || each.startsWith(`${run}.own-`));

/** Ends a run of tests with all that its tests started for themselves. */
export const endTestRun = async ({ cache, run }: RunPlace, options: { keepLogs?: boolean } = {}): Promise<void> => {
  await Promise.all(withOwn(cache, run).map((each) => endRun({ cache, run: each }, options)));
};

/** Stops the servers of test runs that were killed before they could do it themselves; resolves with the names of those runs. */
export const endAbandonedRuns = async (cache: string): Promise<string[]> => {
  if (!existsSync(cache)) return [];
  const abandoned = listRuns(cache).filter((run) => {
    const owner = ownerOf({ cache, run });
    return owner !== undefined && !isAlive(owner);
  });
  await Promise.all(abandoned.map((run) => endTestRun({ cache, run })));
  return abandoned;
};
