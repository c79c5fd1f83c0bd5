import { join } from 'node:path';
import type { Platform } from '@verifiedfan/ports';
import {
  createFileStore,
  createSandbox,
  discoveryStandIn,
  fastlyStandIn,
  gitlabStandIn,
  slackStandIn,
  telesignStandIn,
} from '@verifiedfan/sandbox';

/** Where the stand-ins keep what they receive, for `verifiedfan tail sandbox/slack`. */
export const receivedStore = (directory: string) => createFileStore({ directory: join(directory, 'sandbox') });

type StandInOptions = { directory: string; platform: Pick<Platform, 'clock' | 'random' | 'secrets'> };

/** Stand-ins that know this estate's credentials. */
export const createStandIns = async ({ directory, platform }: StandInOptions) => {
  const { clock, random, secrets } = platform;
  const slack = slackStandIn({
    tokens: [await secrets.get('slackBotToken')],
    channels: { [await secrets.get('slackChannel')]: 'open' },
    rateLimit: { perSecond: 1, burst: 20 },
  });
  const telesign = telesignStandIn({
    accounts: { [await secrets.get('telesignCustomerId')]: await secrets.get('telesignApiKey') },
  });
  const sandbox = createSandbox({
    clock,
    random,
    store: receivedStore(directory),
    standIns: [slack, telesign, fastlyStandIn(), discoveryStandIn(), gitlabStandIn()],
  });
  return {
    listen: async (where: { port: number; host: string }) => ({
      url: await sandbox.listen(where),
      close: () => sandbox.close(),
    }),
  };
};
