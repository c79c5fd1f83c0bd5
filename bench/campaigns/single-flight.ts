import { createCampaignService } from '@verifiedfan/campaign-service';
import { createDiscovery } from '@verifiedfan/discovery';
import { openSqliteCache } from '@verifiedfan/embedded';
import { createKeySetDocument } from '@verifiedfan/jwt';
import { createSandbox, discoveryStandIn, SANDBOX_DISCOVERY } from '@verifiedfan/sandbox';
import { Pool } from 'undici';
import type { BenchResult } from '../result.ts';
import { clock, openDatabase, random, type Setting, tokenOf, verifierOf } from './setting.ts';

const CALLERS = 10_000;
const CONNECTIONS = 100;
/** How long the catalogue thinks about it: all callers are there before it has answered. */
const UPSTREAM_MS = 3_000;
const PATH = '/artists?q=Velvet%20Lanterns';
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

const askAll = async (url: string, token: string): Promise<Set<string>> => {
  // Many requests on each connection: Node takes them all at once, and answers in their order.
  const pool = new Pool(url, { connections: CONNECTIONS, pipelining: CALLERS / CONNECTIONS });
  const headers = { authorization: `Bearer ${token}` };
  try {
    const answers = await Promise.all(
      Array.from({ length: CALLERS }, async () => {
        const { statusCode, body } = await pool.request({ path: PATH, method: 'GET', headers });
        const { data } = (await body.json()) as { data: unknown };
        return JSON.stringify([statusCode, data]);
      }),
    );
    return new Set(answers);
  } finally {
    await pool.close();
  }
};

/** 10,000 callers of one search that nobody asked for before: what the stand-in has written down is what counts. */
export const measureSingleFlight = async (): Promise<BenchResult> => {
  const setting: Setting = { database: ':memory:', keys: createKeySetDocument({ random }) };
  const sandbox = createSandbox({ clock, random, standIns: [discoveryStandIn({ rateLimit: false })] });
  const upstream = sandbox.standIn('discovery');
  const baseUrl = `${await sandbox.listen()}/discovery/discovery/v2`;
  const timeoutMs = 4 * UPSTREAM_MS;
  const discovery = createDiscovery({ apiKey: SANDBOX_DISCOVERY.apiKey, clock, random, baseUrl, timeoutMs });
  const cache = openSqliteCache({ location: ':memory:', clock });
  const database = openDatabase(setting);
  const verifyToken = verifierOf(setting);
  const service = createCampaignService({
    database,
    clock,
    random,
    log: quiet,
    verifyToken,
    discovery,
    discoveryCache: cache,
  });
  const { url, close } = await service.listen();
  upstream.addFault({ route: '*', delayMs: UPSTREAM_MS, times: 1 });
  const startedMs = performance.now();
  try {
    const answers = await askAll(url, tokenOf(setting));
    const tookMs = performance.now() - startedMs;
    const [answer = ''] = answers;
    if (answers.size !== 1 || !answer.startsWith('[200,[{'))
      throw new Error('the callers were not all given the same page');
    const calls = upstream.requests().requests.length;
    return {
      name: `calls of Discovery that ${CALLERS.toLocaleString('en-US')} callers of one cold search cause`,
      ratio: 1 / calls,
      bar: 1,
      unit: 'calls',
      ours: calls,
      theirs: 1,
      detail: { 'until all are answered, ms': tookMs, 'of which Discovery took, ms': UPSTREAM_MS },
    };
  } finally {
    await close({ graceMs: 0 });
    await discovery.close();
    await sandbox.close();
    cache.close();
    await database.close();
  }
};
