/**
 * A STAND-IN for Fastly's purge API, not Fastly: one surrogate key, a batch of them (in the body or in `surrogate-key`), or a whole
 * service. It checks the token, the service, the size of a batch and of its keys, keeps the limits of a customer, and remembers every purge.
 * Left out: purging by URL, everything that configures a service, and a cache that could hold pages.
 */
import type { JsonObject } from '@verifiedfan/ports';
import {
  isObject,
  json,
  parseJson,
  type Route,
  type StandInAnswer,
  type StandInDefinition,
  type StandInRequest,
} from '../stand-in.ts';

/** Well-known credentials of the sandbox; they open nothing anywhere else. */
export const SANDBOX_FASTLY = { token: 'sandbox-fastly-token', serviceId: 'SU1Z0isxPaozGVKXdv0eY' } as const;

export type FastlyStandInOptions = {
  /** @default the sandbox's */
  tokens?: readonly string[];
  /** @default the sandbox's */
  serviceIds?: readonly string[];
  /** Purges per token and hour. @default 100_000 */
  hourlyLimit?: number;
};

const MAX_KEYS = 256;
const MAX_KEY_BYTES = 1_024;
const HOUR_MS = 3_600_000;

const keysOf = ({ body, headers }: StandInRequest): string[] | undefined => {
  const value = parseJson(body);
  const listed = isObject(value) ? value.surrogate_keys : undefined;
  if (Array.isArray(listed)) return listed.every((key) => typeof key === 'string') ? listed : undefined;
  return headers['surrogate-key']?.split(/\s+/).filter((key) => key !== '');
};

const isKey = (key: string): boolean => key !== '' && !/\s/.test(key) && Buffer.byteLength(key) <= MAX_KEY_BYTES;

export const fastlyStandIn = (options: FastlyStandInOptions = {}): StandInDefinition => ({
  name: 'fastly',
  create({ clock, log }) {
    const { tokens = [SANDBOX_FASTLY.token], serviceIds = [SANDBOX_FASTLY.serviceId], hourlyLimit = 100_000 } = options;
    let purges = 0;
    let hour = { used: 0, resetMs: 0 };

    const refuse = (status: number, body: JsonObject, headers = {}): StandInAnswer => json(body, { status, headers });

    const spend = (): { refused: StandInAnswer } | { headers: Record<string, string> } => {
      const nowMs = clock.now();
      if (hour.resetMs <= nowMs) hour = { used: 0, resetMs: nowMs + HOUR_MS };
      hour.used += 1;
      const headers = {
        'fastly-ratelimit-remaining': String(Math.max(0, hourlyLimit - hour.used)),
        'fastly-ratelimit-reset': String(Math.ceil(hour.resetMs / 1_000)),
      };
      if (hour.used <= hourlyLimit) return { headers };
      const msg = 'You have exceeded your hourly rate limit';
      return {
        refused: refuse(429, { msg }, { ...headers, 'retry-after': String(Math.ceil((hour.resetMs - nowMs) / 1_000)) }),
      };
    };

    const purged = async (request: StandInRequest, scope: JsonObject): Promise<string> => {
      purges += 1;
      const soft = request.headers['fastly-soft-purge'] === '1';
      await log.append({ ...scope, soft, receivedAtMs: request.receivedAtMs });
      return `1234-${Math.floor(request.receivedAtMs / 1_000)}-${purges}`;
    };

    const guarded =
      (answer: (request: StandInRequest) => Promise<JsonObject> | StandInAnswer): Route['handle'] =>
      async (request) => {
        if (!tokens.includes(request.headers['fastly-key'] ?? '')) {
          return refuse(401, { msg: 'Provided credentials are missing or invalid' }, { 'content-type': 'text/plain' });
        }
        if (!serviceIds.includes(request.params.service ?? '')) {
          return refuse(404, { msg: 'Record not found', detail: 'Cannot find service' });
        }
        const spent = spend();
        if ('refused' in spent) return spent.refused;
        const result = answer(request);
        return result instanceof Promise ? json(await result, { headers: spent.headers }) : result;
      };

    const one = guarded((request) => {
      const key = request.params.key ?? '';
      if (!isKey(key)) return refuse(400, { msg: 'Bad request', detail: 'Invalid surrogate key' });
      return purged(request, { keys: [key] }).then((id) => ({ status: 'ok', id }));
    });

    const batch = guarded((request) => {
      const keys = keysOf(request);
      if (keys === undefined || keys.length === 0 || !keys.every(isKey)) {
        return refuse(400, { msg: 'Bad request', detail: 'Missing or invalid surrogate keys' });
      }
      if (keys.length > MAX_KEYS) return refuse(400, { msg: 'Bad request', detail: 'Too many surrogate keys' });
      return purged(request, { keys }).then((id) => Object.fromEntries(keys.map((key, n) => [key, `${id}${n}`])));
    });

    const everything = guarded((request) => {
      if (request.headers['fastly-soft-purge'] !== undefined) {
        return refuse(400, { msg: 'Bad request', detail: 'Purge all cannot be soft' });
      }
      return purged(request, { all: true }).then(() => ({ status: 'ok' }));
    });

    return {
      routes: [
        { name: 'purge', methods: ['POST'], path: '/service/:service/purge/:key', handle: one },
        { name: 'purge.batch', methods: ['POST'], path: '/service/:service/purge', handle: batch },
        { name: 'purge_all', methods: ['POST'], path: '/service/:service/purge_all', handle: everything },
      ],
      reset() {
        purges = 0;
        hour = { used: 0, resetMs: 0 };
      },
    };
  },
});
