import type { TestContext } from 'node:test';
import { createCampaignService } from '@verifiedfan/campaign-service';
import { createDiscovery } from '@verifiedfan/discovery';
import { openSqliteCache, openSqliteDatabase, systemClock } from '@verifiedfan/embedded';
import { createEntryService } from '@verifiedfan/entry-service';
import { createGitlab } from '@verifiedfan/gitlab';
import { createKeySetDocument, createTokenSigner, createTokenVerifier, loadKeySet } from '@verifiedfan/jwt';
import {
  createSandbox,
  discoveryStandIn,
  gitlabStandIn,
  SANDBOX_DISCOVERY,
  SANDBOX_GITLAB,
} from '@verifiedfan/sandbox';
import type { ServiceServer } from '@verifiedfan/service';
import { createSeededRandom } from '@verifiedfan/test-utils';

/** What the access log tells of an answer; `error` is the cause of one that was nobody's fault outside. */
export type Line = { message: string; method?: string; path?: string; status?: number; type?: string; error?: unknown };

export type StartedService = {
  url: string;
  service: ServiceServer;
  lines: readonly Line[];
  /** Signs for this service as the estate does. */
  tokenFor(rights: Rights): string;
};

export type Rights = {
  subject: string;
  supreme?: boolean;
  permissions?: readonly string[];
  campaigns?: Record<string, { actions: string[] }>;
};

const ISSUER = 'verified-fan';

/** What every service of these tests is made from: the embedded store in memory, real tokens, ids that repeat. */
const createParts = (test: TestContext, audience: string) => {
  const clock = systemClock;
  const random = createSeededRandom({ seed: 'open-api' });
  const keys = loadKeySet(createKeySetDocument({ random }));
  const database = openSqliteDatabase({ location: ':memory:', random });
  test.after(() => database.close());
  const lines: Line[] = [];
  const write = (message: string, data: Record<string, unknown> = {}): void => void lines.push({ ...data, message });
  const log = { debug: write, info: write, warn: write, error: write };
  const sign = createTokenSigner({ keys, issuer: ISSUER, clock });
  return {
    parts: {
      clock,
      random,
      log,
      database,
      verifyToken: createTokenVerifier({ keys, issuer: ISSUER, audience, clock }),
    },
    lines,
    tokenFor: (rights: Rights) => sign({ ...rights, audience, ttlSeconds: 3_600 }),
  };
};

/** Discovery and GitLab as the sandbox plays them. */
const startPartners = async (test: TestContext) => {
  const clock = systemClock;
  const random = createSeededRandom({ seed: 'partners' });
  const sandbox = createSandbox({ clock, random, standIns: [discoveryStandIn({ rateLimit: false }), gitlabStandIn()] });
  const url = await sandbox.listen();
  const { apiKey } = SANDBOX_DISCOVERY;
  const baseUrl = `${url}/discovery/discovery/v2`;
  // A tester is faster than any budget of calls.
  const discovery = createDiscovery({ apiKey, clock, random, baseUrl, perSecond: 1_000_000, attempts: 1 });
  const gitlab = createGitlab({ ...SANDBOX_GITLAB, clock, random, baseUrl: `${url}/gitlab/api/v4`, attempts: 1 });
  const cache = openSqliteCache({ location: ':memory:', clock });
  test.after(async () => {
    await discovery.close();
    await gitlab.close();
    cache.close();
    await sandbox.close();
  });
  return { discovery, discoveryCache: cache, promoterCache: cache, gitlab };
};

/** campaign-service in this process; without partners the routes that need one answer NOT_CONFIGURED. */
export const startCampaignService = async (
  test: TestContext,
  { partners }: { partners: boolean },
): Promise<StartedService> => {
  const { parts, lines, tokenFor } = createParts(test, 'campaign-service');
  const service = createCampaignService({ ...parts, ...(partners ? await startPartners(test) : {}), strict: true });
  const { url, close } = await service.listen();
  test.after(() => close({ graceMs: 0 }));
  return { url, service, lines, tokenFor };
};

/** entry-service in this process. */
export const startEntryService = async (test: TestContext): Promise<StartedService> => {
  const { parts, lines, tokenFor } = createParts(test, 'entry-service');
  const service = createEntryService({ ...parts, strict: true });
  const { url, close } = await service.listen();
  test.after(() => close({ graceMs: 0 }));
  return { url, service, lines, tokenFor };
};
