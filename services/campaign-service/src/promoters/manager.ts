import { isDeepStrictEqual } from 'node:util';
import type { Clock, JsonObject, Random } from '@verifiedfan/ports';
import { safeParse, type ValidationDetail } from '@verifiedfan/schema';
import { requireVersion, ServiceError } from '@verifiedfan/service';
import { mergePatch } from '../campaigns/merge-patch.ts';
import type { Persist } from '../contention.ts';
import { createIds, type Operation } from '../operation.ts';
import type { PromoterDatastore, StoredPromoter } from './datastore.ts';
import { type Promoter, type PromoterDraft, promoterV1, READ_ONLY } from './promoter.ts';

export type PromoterPage = {
  promoters: Promoter[] /** The last id of the page, when there are more. */;
  next: string | undefined;
};

/** Who may do it is the table of rights' matter: promoters have no rights of their own. */
export type PromoterManager = {
  /** `leastVersion` is one that the caller knows to exist. */
  findById(id: string, leastVersion?: number): Promise<Promoter>;
  list(options: { after?: string | undefined; limit: number }): Promise<PromoterPage>;
  /** A repetition of the same operation answers what was made, as it is now. */
  create(document: JsonObject, operation?: Operation): Promise<Promoter>;
  /** `ifMatch` is the version that the caller read, or `*`. */
  update(id: string, patch: JsonObject, ifMatch: number | '*'): Promise<Promoter>;
  remove(id: string, ifMatch: number | '*'): Promise<void>;
};

export type PromoterManagerOptions = {
  datastore: PromoterDatastore;
  clock: Clock;
  random: Pick<Random, 'bytes'>;
  persist: Persist;
};

const notFound = (): ServiceError =>
  new ServiceError({ code: 'PROMOTER_NOT_FOUND', message: 'There is no such promoter' });
const invalid = (details: readonly ValidationDetail[]): ServiceError =>
  new ServiceError({ code: 'VALIDATION_ERROR', message: 'The promoter does not match its schema', details });

const taken = (): ServiceError =>
  new ServiceError({ code: 'ALREADY_EXISTS', message: 'There is a promoter with this id' });

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

const toPromoter = <Facts extends object>({ name, website, country }: PromoterDraft, facts: Facts) => ({
  ...facts,
  name,
  ...(website !== undefined && { website }),
  ...(country !== undefined && { country }),
});

export const createPromoterManager = (options: PromoterManagerOptions): PromoterManager => {
  const { datastore, clock, random, persist } = options;
  const now = (): string => new Date(clock.now()).toISOString();

  /** Works on what is stored, again as long as others are faster; a version that was named no longer fits then. */
  const work = <Result extends object>(
    id: string,
    ifMatch: number | '*',
    step: (stored: StoredPromoter) => Promise<Result | undefined>,
  ): Promise<Result> =>
    persist(async () => {
      const stored = await datastore.findById(id);
      if (stored === undefined) {
        await datastore.settle(id);
        throw notFound();
      }
      requireVersion(ifMatch, stored.promoter.version);
      return step(stored);
    });

  /** What an earlier run of the same operation made, which may have ended before its caller was answered. */
  const findMade = async (id: string, operation: Operation): Promise<Promoter | undefined> => {
    if (operation === undefined) return undefined;
    const stored = await datastore.findById(id);
    if (stored === undefined) return undefined;
    if (stored.operation !== operation) throw taken();
    await datastore.settle(id);
    return stored.promoter;
  };

  return {
    async findById(id, leastVersion) {
      const promoter = await datastore.read(id, leastVersion);
      if (promoter === undefined) throw notFound();
      return promoter;
    },
    async list({ after, limit }) {
      const found = await datastore.find({ after, limit: limit + 1 });
      const promoters = found.slice(0, limit);
      return { promoters, next: found.length > limit ? promoters.at(-1)?._id : undefined };
    },
    async create(document, operation) {
      const draft = readDraft(document);
      const { _id = createIds(random, operation)() } = draft;
      const at = now();
      return persist(async () => {
        const made = await findMade(_id, operation);
        if (made !== undefined) return made;
        const inserted = await datastore.insert(toPromoter(draft, { _id, createdAt: at, updatedAt: at }), operation);
        // With an operation the next look tells whose it is.
        if (inserted === undefined && operation === undefined) throw taken();
        return inserted;
      });
    },
    update: (id, patch, ifMatch) =>
      work(id, ifMatch, async (stored) => {
        const { _id, version, createdAt, updatedAt, ...fields } = stored.promoter;
        const changes = withoutReadOnly(patch, { _id, version, createdAt, updatedAt });
        const draft = readDraft(mergePatch(fields, changes) as JsonObject);
        const next = toPromoter(draft, { _id, version: version + 1, createdAt, updatedAt: now() });
        if (!isDeepStrictEqual({ ...next, version, updatedAt }, stored.promoter))
          return (await datastore.replace(stored, next)) ? next : undefined;
        await datastore.settle(id);
        return stored.promoter;
      }),
    async remove(id, ifMatch) {
      await work(id, ifMatch, async ({ promoter }) => ((await datastore.remove(promoter)) ? promoter : undefined));
    },
  };
};
