/** One side in a process of its own: `serve.ts ours|bare <setting as JSON>`. Prints its address, and ends when its input does. */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createCampaignService } from '@verifiedfan/campaign-service';
import { createLog } from '@verifiedfan/log';
import { createBare } from './bare.ts';
import { clock, openDatabase, random, type Setting, verifierOf } from './setting.ts';

const serveOurs = async (setting: Setting): Promise<string> => {
  const { url } = await createCampaignService({
    database: openDatabase(setting),
    clock,
    random,
    // As in production: a line a request, in full, written as it is made. Here into standard error, which is thrown away.
    log: createLog({
      service: 'campaign-service',
      level: 'info',
      clock,
      destination: { write: (line) => writeSync(2, line) },
    }),
    verifyToken: verifierOf(setting),
  }).listen();
  return url;
};

const serveBare = async (setting: Setting): Promise<string> => {
  const server = createBare(setting).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const [side, text = ''] = process.argv.slice(2);
const setting = JSON.parse(text) as Setting;
process.stdout.write(`${side === 'ours' ? await serveOurs(setting) : await serveBare(setting)}\n`);
process.stdin.resume().once('end', () => process.exit(0));
