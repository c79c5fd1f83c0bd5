import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteDatabase } from '@verifiedfan/embedded';
import { createManualClock, createSeededRandom } from '@verifiedfan/test-utils';
import type { World } from '../../../services/campaign-service/test/outbox/histories.ts';
import { createReceivers, type Told } from '../../../services/campaign-service/test/outbox/support.ts';

type Heard = { event: Told } | { purged: readonly string[] };

const linesOf = (file: string): string[] =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];

/** A world that outlives processes: the database is a file, and so is what the receivers were told. */
export const openFolder = (folder: string): World & { close(): void } => {
  const told = join(folder, 'told.jsonl');
  const heard = linesOf(told).map((line) => JSON.parse(line) as Heard);
  const database = openSqliteDatabase({
    location: join(folder, 'campaigns.sqlite'),
    random: createSeededRandom({ seed: 'database' }),
  });
  const receivers = createReceivers({
    told: heard.flatMap((each) => ('event' in each ? each.event : [])),
    purged: heard.flatMap((each) => ('purged' in each ? [each.purged] : [])),
    onTold: (each) => appendFileSync(told, `${JSON.stringify(each)}\n`),
  });
  return { database, receivers, clock: createManualClock(), close: () => database.close() };
};

const stepsFile = (folder: string): string => join(folder, 'steps');

export const noteStep = (folder: string, index: number): void => appendFileSync(stepsFile(folder), `${index}\n`);

/** The step that was begun last. */
export const lastStep = (folder: string): number => Number(linesOf(stepsFile(folder)).at(-1) ?? 0);
