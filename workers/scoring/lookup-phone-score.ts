import { createHmac } from 'node:crypto';
import type { Cache, JsonObject, JsonValue } from '@verifiedfan/ports';
import { createTelesign, type PhoneRisk } from '@verifiedfan/telesign';
import { appsyncResolver, defineWorker, RejectError, type WorkerLog } from '@verifiedfan/worker';

const PHONE = /^\+[0-9]{8,15}$/;
const DAY_MS = 86_400_000;
/** The right that a caller needs: without one anybody could find out about numbers, at our cost. */
export const PHONE_SCORE_PERMISSION = 'phone:score';

type PhoneServices = { risk: PhoneRisk; cache: Cache; keyOf(phone: string): string };

/**
 * Asks TeleSign how risky a phone number is: `{ score, level, recommendation, reason }`. When TeleSign does not answer the score is null
 * and the reason says why: a registration is never blocked because a provider is down. Answers are kept for a day by keyed hash.
 */
export const lookupPhoneScore = defineWorker({
  purpose: 'Asks TeleSign how risky a phone number is; answers are kept for a day.',
  source: appsyncResolver('lookupPhoneScore'),
  reads: ['phoneScoreCache'],
  writes: ['phoneScoreCache'],
  secrets: ['telesignCustomerId', 'telesignApiKey', 'phoneKey'],
  calls: ['telesign'],
  async services(kit): Promise<PhoneServices> {
    const { clock, random, secrets } = kit;
    const [customerId, apiKey, secret] = await Promise.all(
      ['telesignCustomerId', 'telesignApiKey', 'phoneKey'].map((name) => secrets.get(name)),
    );
    return {
      risk: createTelesign({
        baseUrl: kit.endpoint('telesign'),
        customerId: customerId ?? '',
        apiKey: apiKey ?? '',
        clock,
        random,
        deadlineMs: 9_000,
      }),
      cache: kit.cache('phoneScoreCache'),
      keyOf: (phone) =>
        `phone:${createHmac('sha256', secret ?? '')
          .update(phone)
          .digest('base64url')}`,
    };
  },
  async answer({ data }, { services, log }) {
    const permissions = (data.context.permissions ?? '').split(' ');
    if (data.context.supreme !== 'true' && !permissions.includes(PHONE_SCORE_PERMISSION)) {
      throw new RejectError(`the permission ${PHONE_SCORE_PERMISSION} is missing`);
    }
    const phone = typeof data.arguments.phone === 'string' ? data.arguments.phone.replace(/[\s().-]/g, '') : '';
    if (!PHONE.test(phone)) throw new RejectError('phone must be + and 8 to 15 digits');
    const key = services.keyOf(phone);
    const cached = await readCache(services.cache, key, log);
    if (cached !== undefined) return cached;
    const answer = await ask(services.risk, phone, log);
    if (answer.reason === null) await writeCache(services.cache, key, answer, log);
    return answer;
  },
});

/** Without a score the reason is a code of the provider's client, never text. */
const ask = async (risk: PhoneRisk, phone: string, log: WorkerLog): Promise<JsonObject> => {
  try {
    const { score, level, recommendation } = await risk.score({ phone, event: 'create' });
    return { score, level, recommendation, reason: null };
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unavailable';
    log.warn('no phone score', { reason });
    return { score: null, level: null, recommendation: null, reason };
  }
};

/** A cache that fails costs another look-up, not the answer. */
const readCache = async (cache: Cache, key: string, log: WorkerLog): Promise<JsonValue | undefined> => {
  try {
    return (await cache.get(key))?.value;
  } catch (error) {
    log.warn('the cache of phone scores cannot be read', { error });
    return undefined;
  }
};

const writeCache = async (cache: Cache, key: string, answer: JsonObject, log: WorkerLog): Promise<void> => {
  try {
    await cache.set(key, answer, { ttlMs: DAY_MS });
  } catch (error) {
    log.warn('a phone score cannot be kept', { error });
  }
};
