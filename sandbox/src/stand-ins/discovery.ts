/**
 * A STAND-IN for Ticketmaster's Discovery API v2, not the real one: attractions (artists), venues and events of an invented catalogue of
 * some thousands, found by keyword and by id, in pages of HAL. It checks the key, counts requests per second and day, and refuses sizes
 * and depths as the vendor does. The catalogue is the same on every run.
 * Left out: classifications, suggest, images on their own, geographic search, languages other than the one that is asked for.
 */
import type { JsonValue } from '@verifiedfan/ports';
import { json, type Route, type StandInAnswer, type StandInDefinition, type StandInRequest } from '../stand-in.ts';
import { type CatalogueKind, createCatalogue, indexOf } from './discovery-catalogue.ts';
import { render, renderPage } from './discovery-render.ts';
import { checkQuery, type Refusal, readPaging, search } from './discovery-search.ts';
import { createRateLimiter, type RateLimit } from './rate-limit.ts';

/** A well-known key of the sandbox; it opens nothing anywhere else. */
export const SANDBOX_DISCOVERY = {
  apiKey: 'sandbox-discovery-key',
  artistId: 'K8vSand0000',
  eventId: 'vvSand0000',
} as const;

export type DiscoveryStandInOptions = {
  /** @default the sandbox's */
  apiKeys?: readonly string[];
  /** Requests per key; `false` counts none. @default 5 a second, 5 at once */
  rateLimit?: RateLimit | false;
  /** Requests per key in 24 hours from the first one. @default 5_000 */
  dailyQuota?: number;
};

const KINDS: readonly CatalogueKind[] = ['attractions', 'venues', 'events'];
const DAY_MS = 86_400_000;

const fault = (status: number, faultstring: string, errorcode: string, headers = {}): StandInAnswer =>
  json({ fault: { faultstring, detail: { errorcode } } }, { status, headers });

const refuse = (status: number, { code, detail }: Refusal): StandInAnswer => {
  const about = { href: `/discovery/v2/errors.html#${code}` };
  const text = status === 404 ? '404' : `${status} BAD_REQUEST`;
  return json({ errors: [{ code, detail, status: text, _links: { about } }] }, { status });
};

export const discoveryStandIn = (options: DiscoveryStandInOptions = {}): StandInDefinition => ({
  name: 'discovery',
  create({ clock }) {
    const { apiKeys = [SANDBOX_DISCOVERY.apiKey], dailyQuota = 5_000 } = options;
    const { rateLimit = { perSecond: 5, burst: 5 } } = options;
    const limiter = createRateLimiter({ clock, limit: rateLimit === false ? undefined : rateLimit });
    const days = new Map<string, { used: number; resetMs: number }>();
    const catalogue = createCatalogue();

    /** Counts one request of a key; the gateway refuses before the API sees anything. */
    const admit = (key: string): { refused: StandInAnswer } | { headers: Record<string, string> } => {
      const nowMs = clock.now();
      const known = days.get(key);
      const day = known === undefined || known.resetMs <= nowMs ? { used: 0, resetMs: nowMs + DAY_MS } : known;
      days.set(key, day);
      day.used += 1;
      const left = dailyQuota - day.used;
      const headers = {
        'rate-limit': String(dailyQuota),
        'rate-limit-available': String(Math.max(0, left)),
        'rate-limit-over': String(Math.max(0, -left)),
        'rate-limit-reset': String(day.resetMs),
      };
      if (left < 0) {
        const text = 'Rate limit quota violation. Quota limit exceeded.';
        return { refused: fault(429, text, 'policies.ratelimit.QuotaViolation', headers) };
      }
      if (limiter.take(key) > 0) {
        const text = 'Spike arrest violation. Allowed rate : 5ps';
        return { refused: fault(429, text, 'policies.ratelimit.SpikeArrestViolation') };
      }
      return { headers };
    };

    const guarded =
      (answer: (request: StandInRequest) => { found: JsonValue } | Refusal): Route['handle'] =>
      (request) => {
        const key = request.query.get('apikey') ?? '';
        if (!apiKeys.includes(key)) return fault(401, 'Invalid ApiKey', 'oauth.v2.InvalidApiKey');
        const admitted = admit(key);
        if ('refused' in admitted) return admitted.refused;
        const result = answer(request);
        // As observed, refusals carry no counts.
        if ('found' in result) return json(result.found, { headers: admitted.headers });
        return refuse(result.code === 'DIS1004' ? 404 : 400, result);
      };

    const localeOf = (query: URLSearchParams): string => (query.get('locale') ?? 'en-us').replace(/^\*$/, 'en-us');

    const list = (kind: CatalogueKind) =>
      guarded(({ query }) => {
        const paging = readPaging(query);
        if ('code' in paging) return paging;
        const wrong = checkQuery(query);
        if (wrong !== undefined) return wrong;
        const { size, page } = paging;
        const all = search(kind, catalogue(kind), query);
        const indexes = all.slice(page * size, (page + 1) * size).map(({ index }) => index);
        return { found: renderPage({ kind, indexes, locale: localeOf(query), size, page, total: all.length }) };
      });

    const find = (kind: CatalogueKind) =>
      guarded(({ query, params }) => {
        const id = (params.id ?? '').replace(/\.json$/, '');
        const locale = localeOf(query);
        const index = indexOf(kind, id);
        if (index !== undefined) return { found: render(kind, index, locale) };
        return { code: 'DIS1004', detail: `Resource not found with provided criteria (locale=${locale}, id=${id})` };
      });

    return {
      routes: KINDS.flatMap((kind) => [
        { name: kind, methods: ['GET'], path: `/discovery/v2/${kind}`, handle: list(kind) },
        { name: kind, methods: ['GET'], path: `/discovery/v2/${kind}.json`, handle: list(kind) },
        { name: `${kind}.find`, methods: ['GET'], path: `/discovery/v2/${kind}/:id`, handle: find(kind) },
      ]),
      reset() {
        limiter.reset();
        days.clear();
      },
    };
  },
});
