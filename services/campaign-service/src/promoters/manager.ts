import { isDeepStrictEqual } from 'node:util';
import type { Clock, JsonObject, Random } from '@verifiedfan/ports';
import { safeParse, type ValidationDetail } from '@verifiedfan/schema';
import { requireVersion, ServiceError } from '@verifiedfan/service';
import { mergePatch } from '../campaigns/merge-patch.ts';
import type { PromoterDatastore } from './datastore.ts';
import { type Promoter, type PromoterDraft, promoterV1, READ_ONLY } from './promoter.ts';

export type PromoterPage = {
  promoters: Promoter[] /** The last id of the page, when there are more. */;
  next: string | undefined;
};

/** Who may do it is the table of rights' matter: promoters have no rights of their own. */
export type PromoterManager = {
  findById(id: string): Promise<Promoter>;
  list(options: { after?: string | undefined; limit: number }): Promise<PromoterPage>;
  create(document: JsonObject): Promise<Promoter>;
  /** `ifMatch` is the version that the caller read, or `*`. */
  update(id: string, patch: JsonObject, ifMatch: number | '*'): Promise<Promoter>;
  remove(id: string, ifMatch: number | '*'): Promise<void>;
};

export type PromoterManagerOptions = { datastore: PromoterDatastore; clock: Clock; random: Pick<Random, 'bytes'> };

const MAX_ATTEMPTS = 5;

const notFound = (): ServiceError =>
  new ServiceError({ code: 'PROMOTER_NOT_FOUND', message: 'There is no such promoter' });
const invalid = (details: readonly ValidationDetail[]): ServiceError =>
  new ServiceError({ code: 'VALIDATION_ERROR', message: 'The promoter does not match its schema', details });

const contention = (): ServiceError =>
  new ServiceError({
    code: 'CONTENTION',
    message: 'Others change the same promoter; repeat the request',
    retryable: true,
  });

const readDraft = (document: JsonObject): PromoterDraft => {
  const result = safeParse(promoterV1, document);
  if (!result.ok) throw invalid(result.details);
  return result.value;
};

/** The patch without read-only fields, which may be sent back as they are stored. */
const withoutReadOnly = (patch: JsonObject, stored: JsonObject): JsonObject => {
  const details = READ_ONLY.filter(
    (name) => Object.hasOwn(patch, name) && !isDeepStrictEqual(patch[name], stored[name]),
  ).map((name) => ({ pointer: `/${name}`, rule: 'read_only', message: 'Is read-only and not what is stored' }));
  if (details.length > 0) throw invalid(details);
  const isWritable = (name: string): boolean => !READ_ONLY.some((each) => each === name);
  return Object.fromEntries(Object.entries(patch).filter(([name]) => isWritable(name)));
};

export const createPromoterManager = ({ datastore, clock, random }: PromoterManagerOptions): PromoterManager => {
  const now = (): string => new Date(clock.now()).toISOString();
  const toPromoter = ({ name, website, country }: PromoterDraft, facts: Omit<Promoter, 'name'>): Promoter => ({
    ...facts,
    name,
    ...(website !== undefined && { website }),
    ...(country !== undefined && { country }),
  });

  /** Repeats work whose promoter was changed between reading and writing; a version that was named no longer fits then. */
  const attempt = async <T>(id: string, ifMatch: number | '*', work: (stored: Promoter) => Promise<T | undefined>) => {
    for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
      const stored = await datastore.findById(id);
      if (stored === undefined) throw notFound();
      requireVersion(ifMatch, stored.version);
      const result = await work(stored);
      if (result !== undefined) return result;
    }
    throw contention();
  };

  return {
    async findById(id) {
      const promoter = await datastore.read(id);
      if (promoter === undefined) throw notFound();
      return promoter;
    },
    async list({ after, limit }) {
      const found = await datastore.find({ after, limit: limit + 1 });
      const promoters = found.slice(0, limit);
      return { promoters, next: found.length > limit ? promoters.at(-1)?._id : undefined };
    },
    async create(document) {
      const draft = readDraft(document);
      const { _id = Buffer.from(random.bytes(12)).toString('hex') } = draft;
      const at = now();
      const promoter = toPromoter(draft, { _id, version: 1, createdAt: at, updatedAt: at });
      if (await datastore.insert(promoter)) return promoter;
      throw new ServiceError({ code: 'ALREADY_EXISTS', message: 'There is a promoter with this id' });
    },
    update: (id, patch, ifMatch) =>
      attempt(id, ifMatch, async (stored) => {
        const { _id, version, createdAt, updatedAt, ...fields } = stored;
        const changes = withoutReadOnly(patch, { _id, version, createdAt, updatedAt });
        const draft = readDraft(mergePatch(fields, changes) as JsonObject);
        const next = toPromoter(draft, { _id, version: version + 1, createdAt, updatedAt: now() });
        const isSame = isDeepStrictEqual({ ...next, version, updatedAt }, stored);
        if (isSame) return stored;
        return (await datastore.replace(stored, next)) ? next : undefined;
      }),
    async remove(id, ifMatch) {
      await attempt(id, ifMatch, async (stored) => (await datastore.remove(stored)) || undefined);
    },
  };
};
