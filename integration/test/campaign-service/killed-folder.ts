import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteCache, openSqliteDatabase } from '@verifiedfan/embedded';
import { createManualClock, createSeededRandom } from '@verifiedfan/test-utils';
import {
  createWorldPartners,
  type Proposed,
} from '../../../services/campaign-service/test/outbox/partners-of-world.ts';
import { createReceivers, type Told } from '../../../services/campaign-service/test/outbox/support.ts';
import { refusesOnce, type World } from '../../../services/campaign-service/test/outbox/worlds.ts';

type Heard = { event: Told } | { purged: readonly string[] } | { refused: string } | { proposed: Proposed };

const linesOf = (file: string): string[] =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];

/** A world that outlives processes: database and cache are files, and so is what receivers and partners were told. */
export const openFolder = (folder: string): World & { close(): void } => {
  const told = join(folder, 'told.jsonl');
  const heard = linesOf(told).map((line) => JSON.parse(line) as Heard);
  const note = (each: Heard): void => appendFileSync(told, `${JSON.stringify(each)}\n`);
  const clock = createManualClock();
  const database = openSqliteDatabase({
    location: join(folder, 'campaigns.sqlite'),
    random: createSeededRandom({ seed: 'database' }),
  });
  const cache = openSqliteCache({ location: join(folder, 'cache.sqlite'), clock });
  const receivers = createReceivers({
    told: heard.flatMap((each) => ('event' in each ? each.event : [])),
    purged: heard.flatMap((each) => ('purged' in each ? [each.purged] : [])),
    refused: heard.flatMap((each) => ('refused' in each ? each.refused : [])),
    refusesOnce,
    onTold: note,
  });
  const partners = createWorldPartners({
    proposed: heard.flatMap((each) => ('proposed' in each ? each.proposed : [])),
    onProposed: (proposed) => note({ proposed }),
  });
  const close = (): void => {
    database.close();
    cache.close();
  };
  return { database, cache, receivers, partners, clock, close };
};

const stepsFile = (folder: string): string => join(folder, 'steps');

export const noteStep = (folder: string, index: number): void => appendFileSync(stepsFile(folder), `${index}\n`);

/** The step that was begun last. */
export const lastStep = (folder: string): number => Number(linesOf(stepsFile(folder)).at(-1) ?? 0);
