// Works in the directory that it is given; every record that it is done with is a line of a file. Some milliseconds after so many lines it
// kills itself, as nothing else can be that exact: no `finally`, no exit handler and no flush runs any more.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEmbeddedPlatform, systemClock } from '@verifiedfan/platform';
import { createEngine } from '../../src/index.ts';
import { crashWorkers } from './crash-workers.ts';
import { CATALOGUE } from './workers.ts';

const [directory = '', file = '', linesBeforeDeath = '', delayMs = ''] = process.argv.slice(2);
let left = Number(linesBeforeDeath);
const platform = createEmbeddedPlatform({ directory, catalogue: CATALOGUE, clock: systemClock });
const workers = crashWorkers(async (line) => {
  await sleep(1);
  appendFileSync(file, `${line}\n`);
  left -= 1;
  if (left === 0) setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(delayMs));
});
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const host = {
  platform,
  log: silent,
  endpoint: () => '',
  workerToken: () => async () => '',
  verifyToken: async () => ({ sub: '' }),
};
const engine = createEngine({ workers, catalogue: CATALOGUE, host });
await engine.start();
await engine.settled();
await engine.stop();
await platform.close();
