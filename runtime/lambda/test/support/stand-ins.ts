import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSandbox, SANDBOX_SLACK, SANDBOX_TELESIGN, slackStandIn, telesignStandIn } from '@verifiedfan/sandbox';
import { createManualClock, createSeededRandom } from '@verifiedfan/test-utils';
import type { Owner } from './function.ts';

const CAMPAIGN = {
  _id: 'tour',
  name: 'The Tour',
  status: 'OPEN',
  version: 1,
  markets: [{ _id: 'm1', campaignId: 'tour', eventId: 'e1', status: 'ACTIVE', version: 1 }],
};

/** Stand-ins for everything that the scoring workers call: one campaign, entries that are all new, Slack and TeleSign of the sandbox. */
export const startStandIns = async (owner: Owner) => {
  const scored: unknown[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    const reply = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (pathname === '/campaigns/tour') return reply(200, { data: CAMPAIGN });
    if (pathname === '/campaigns') return reply(200, { data: [CAMPAIGN], meta: { next: null } });
    if (pathname !== '/scoring') return reply(404, { error: { type: 'NOT_FOUND', message: '' } });
    const { scores } = JSON.parse(text) as { scores: unknown[] };
    scored.push(...scores);
    const none = { found: 0, updated: 0, unchanged: 0, withdrawn: 0 };
    return reply(200, { data: { ...none, input: scores.length, inserted: scores.length } });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const services = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sandbox = createSandbox({
    clock: createManualClock(),
    random: createSeededRandom({ seed: 'stand-ins' }),
    standIns: [slackStandIn({ rateLimit: false }), telesignStandIn()],
  });
  const thirdParties = await sandbox.listen();
  owner.after(async () => {
    await sandbox.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    endpoints: {
      campaignService: services,
      entryService: services,
      slack: `${thirdParties}/slack/api`,
      telesign: `${thirdParties}/telesign`,
    },
    secrets: {
      slackBotToken: SANDBOX_SLACK.token,
      slackChannel: SANDBOX_SLACK.channel,
      telesignCustomerId: SANDBOX_TELESIGN.customerId,
      telesignApiKey: SANDBOX_TELESIGN.apiKey,
    },
    /** What entry-service was told. */
    scored,
    posts: async () => (await sandbox.standIn('slack').received()).map(({ entry }) => entry as { text: string }),
  };
};
