import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DESTINATIONS } from '@verifiedfan/campaign-service';
import { createEmbeddedPlatform } from '@verifiedfan/platform';
import { PortError, type Secrets } from '@verifiedfan/ports';
import {
  createSandbox,
  discoveryStandIn,
  fastlyStandIn,
  SANDBOX_DISCOVERY,
  SANDBOX_FASTLY,
} from '@verifiedfan/sandbox';
import { startServiceFor } from '@verifiedfan/service/testing';
import { createManualClock, createSeededRandom, temporaryDirectory } from '@verifiedfan/test-utils';
import { resources } from '@verifiedfan/workers/resources';
import { serviceEntry } from '../src/bundle/entry-source.ts';
import { reachedByService } from '../src/index.ts';
import { openCampaignService } from '../src/services/campaign-service.ts';
import { readCredentials } from '../src/services/credentials.ts';
import { services } from '../src/services/list.ts';

const CREATOR = { sub: 'promoter', permissions: ['campaigns:create'] };

const secretsOf = (values: Readonly<Record<string, string>>): Secrets => ({
  async get(name) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new PortError({ code: 'not_found', message: 'there is no secret of this name' });
    return value;
  },
});

/** The relay sends behind the answer to a request. */
const comesTrue = async (isSo: () => Promise<boolean>): Promise<boolean> => {
  for (let look = 0; look < 500; look += 1) {
    if (await isSo()) return true;
    await sleep(10);
  }
  return false;
};

type TaskOptions = {
  secrets?: Record<string, string>;
  endpoints?: Record<string, string>;
  campaignSettings?: Record<string, string>;
};

/** campaign-service as a task runs it, on an embedded platform that has nothing but what the list says. */
const startTask = async (
  context: TestContext,
  { secrets = {}, endpoints = {}, campaignSettings = {} }: TaskOptions = {},
) => {
  const catalogue = reachedByService(services['campaign-service'], resources);
  const embedded = createEmbeddedPlatform({ directory: temporaryDirectory(context).path, catalogue });
  const platform = { ...embedded, secrets: secretsOf(secrets) };
  const warnings: unknown[] = [];
  const log = { debug() {}, info() {}, warn: (_: string, data?: object) => void warnings.push(data), error() {} };
  const parts = {
    clock: platform.clock,
    random: platform.random,
    database: platform.database('campaigns'),
    log,
    verifyToken: (token: string) => JSON.parse(Buffer.from(token, 'base64url').toString()),
  };
  const opened = await openCampaignService(parts, { platform, endpoints, campaignSettings });
  const { call } = await startServiceFor(context, () => opened.server, { database: parts.database });
  opened.start?.();
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await opened.close?.();
    await embedded.close();
  };
  context.after(close);
  return { call, opened, platform, warnings, close };
};

describe('the list of services', () => {
  it('names all destinations of campaigns, so that each event has somewhere to go', () => {
    const { writes, partners } = services['campaign-service'];
    assert.deepEqual(
      [...writes, ...Object.keys(partners).filter((name) => name === 'fastly')].sort(),
      [...DESTINATIONS].sort(),
    );
  });

  it('decides which drivers a bundle brings', () => {
    const openersOf = (name: keyof typeof services): string =>
      /import \{ (open.*) \} from ".*aws.*"/.exec(serviceEntry(name, undefined))?.[1] ?? '';
    assert.equal(openersOf('campaign-service'), 'openStreams, openQueues, openCaches, openDatabases, openUnleashFlags');
    assert.equal(openersOf('entry-service'), 'openDatabases, openUnleashFlags');
  });
});

describe('the credentials of a partner', () => {
  const read = (values: Record<string, string>) => readCredentials(['id', 'key'], { secrets: secretsOf(values) });

  it('are all there, or the partner is done without', async () => {
    assert.deepEqual(await read({ id: 'i', key: 'k', other: 'o' }), { id: 'i', key: 'k' });
    assert.equal(await read({}), undefined);
    assert.equal(await read({ id: '', key: ' ' }), undefined);
  });

  it('that are there in part end the start, and it says which are missing', async () => {
    await assert.rejects(read({ id: 'i' }), { code: 'configuration', message: /id and key go together: key has no/ });
  });

  it('that cannot be read now end the start too: nobody knows whether there are any', async () => {
    const secrets: Secrets = {
      get: () => Promise.reject(new PortError({ code: 'unavailable', message: 'not now' })),
    };
    await assert.rejects(readCredentials(['id'], { secrets }), { code: 'unavailable' });
  });
});

describe('campaign-service as a task', () => {
  it('follows the settings of its installation, and does not start with one that is none', async (context) => {
    const { opened } = await startTask(context, { campaignSettings: { CAMPAIGN_DRAIN_MS: '1500' } });
    assert.equal(opened.drainMs, 1_500);
    await assert.rejects(startTask(context, { campaignSettings: { CAMPAIGN_CATALOGUE_CHECK: 'ajar' } }), {
      code: 'invalid_setting',
      message: 'CAMPAIGN_CATALOGUE_CHECK must be open or closed',
    });
  });

  it('publishes to the streams and queues of its stage, and stops', async (context) => {
    const { call, platform, close } = await startTask(context);
    const date = { event: '2027-06-01T00:00:00Z' };
    const json = { _id: 'tour', name: 'Tour', markets: [{ eventId: 'e1', date }] };
    assert.equal((await call('/campaigns', { json, claims: CREATOR })).status, 201);
    for (const name of services['campaign-service'].writes.filter((each) => each !== 'campaignDataStream')) {
      const [message] = await platform.queue(name).receive({ max: 1, waitMs: 5_000 });
      assert.equal(JSON.parse(message?.body ?? '{}').id, 'tour.1', name);
    }
    const stream = platform.stream('campaignDataStream');
    const hasRecord = async (): Promise<boolean> => {
      const pages = await Promise.all((await stream.shards()).map(({ id }) => stream.read({ shard: id, limit: 10 })));
      return pages.some(({ records }) => records.length === 1);
    };
    assert.ok(await comesTrue(hasRecord));
    await close();
  });

  it('does without partners of which there are no credentials, and says so', async (context) => {
    const { call, warnings } = await startTask(context);
    for (const path of ['/artists', '/admin/configuration/limits.json'])
      assert.match((await call(path, { claims: { supreme: true } })).text, /NOT_CONFIGURED/);
    assert.deepEqual(warnings[0], { absent: ['discovery', 'fastly', 'gitlab'] });
  });

  it('asks its partners where it is told, with what the secrets say', async (context) => {
    const sandbox = createSandbox({
      clock: createManualClock(),
      random: createSeededRandom({ seed: 'partners' }),
      standIns: [discoveryStandIn({ rateLimit: false }), fastlyStandIn()],
    });
    const url = await sandbox.listen();
    context.after(() => sandbox.close());
    const { token: fastlyToken, serviceId: fastlyServiceId } = SANDBOX_FASTLY;
    const { call, warnings } = await startTask(context, {
      secrets: { discoveryApiKey: SANDBOX_DISCOVERY.apiKey, fastlyToken, fastlyServiceId },
      endpoints: { discovery: `${url}/discovery/discovery/v2`, fastly: `${url}/fastly` },
    });
    assert.deepEqual(warnings[0], { absent: ['gitlab'] });
    assert.equal((await call('/artists?q=velvet')).status, 200);
    assert.equal((await call('/campaigns', { json: { _id: 'tour', name: 'Tour' }, claims: CREATOR })).status, 201);
    const purged = async (): Promise<string> => JSON.stringify(await sandbox.standIn('fastly').received());
    assert.ok(await comesTrue(async () => (await purged()).includes('campaign/tour')));
  });
});
