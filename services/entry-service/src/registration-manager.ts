import { isDeepStrictEqual } from 'node:util';
import type { Clock, Collection, Random } from '@verifiedfan/ports';
import { type Entry, entryId, type Registration } from './entry.ts';
import { AlreadyRegisteredError, ContentionError, EntryNotFoundError } from './errors.ts';
import { firstRevision } from './revision.ts';

export type RegistrationRequest = { campaignId: string; memberId: string; registration: Registration };
export type EntryPage = {
  entries: Entry[] /** The last member of the page, when there are more. */;
  next: string | undefined;
};

export type RegistrationManager = {
  /** Creates the entry if it is absent. `repeated`: it was registered before, with the same content. */
  register(request: RegistrationRequest): Promise<{ outcome: 'registered' | 'repeated'; entry: Entry }>;
  find(campaignId: string, memberId: string): Promise<Entry>;
  /** Entries of a campaign in the order of their member ids, behind `after`. */
  list(options: { campaignId: string; limit: number; after?: string | undefined }): Promise<EntryPage>;
  /** Entries of a campaign that were registered with this address or number, at most 200. */
  lookUp(options: { campaignId: string; email?: string | undefined; phone?: string | undefined }): Promise<Entry[]>;
  /** Removes everything that is kept of the member in this campaign. Nothing to remove is not an error. */
  erase(campaignId: string, memberId: string): Promise<void>;
};

export type RegistrationManagerOptions = { entries: Collection<Entry>; clock: Clock; random: Pick<Random, 'next'> };

const MAX_ATTEMPTS = 20;
const LOOKUP_LIMIT = 200;
/** The character behind the colon of `<campaignId>:<memberId>`: the end of a campaign's ids in the order of the primary key. */
const BEHIND_COLON = ';';

export const createRegistrationManager = ({
  entries,
  clock,
  random,
}: RegistrationManagerOptions): RegistrationManager => {
  /** Undefined when another writer was faster. */
  const tryRegister = async (
    { campaignId, memberId, registration }: RegistrationRequest,
    stored: Entry | undefined,
  ): Promise<Entry | undefined> => {
    const registeredAt = new Date(clock.now()).toISOString();
    const base = stored ?? {
      _id: entryId(campaignId, memberId),
      campaignId,
      memberId,
      revision: firstRevision(random),
    };
    const entry = { ...base, revision: base.revision + 1, registration, registeredAt } as Entry;
    const [result] = await entries.bulkWrite([
      stored === undefined
        ? { insertOne: { document: entry } }
        : { replaceOne: { filter: { _id: stored._id, revision: stored.revision }, replacement: entry } },
    ]);
    if (result?.outcome === 'done') return stored === undefined || result.matched === 1 ? entry : undefined;
    if (result !== undefined && Reflect.get(result.error, 'code') !== 'duplicate_key') throw result.error;
    return undefined;
  };

  return {
    async register(request) {
      for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
        const stored = await entries.findById(entryId(request.campaignId, request.memberId));
        if (stored?.registration !== undefined) {
          if (!isDeepStrictEqual(stored.registration, request.registration)) throw new AlreadyRegisteredError();
          return { outcome: 'repeated', entry: stored };
        }
        const entry = await tryRegister(request, stored);
        if (entry !== undefined) return { outcome: 'registered', entry };
      }
      throw new ContentionError();
    },
    async find(campaignId, memberId) {
      const entry = await entries.findById(entryId(campaignId, memberId));
      if (entry === undefined) throw new EntryNotFoundError();
      return entry;
    },
    async list({ campaignId, limit, after = '' }) {
      // A range of the primary key: a million entries need no second index.
      const filter = { _id: { $gt: entryId(campaignId, after), $lt: `${campaignId}${BEHIND_COLON}` } };
      const found = await entries.find({ filter, sort: [['_id', 1]], limit: limit + 1 });
      const page = found.slice(0, limit);
      return { entries: page, next: found.length > limit ? page.at(-1)?.memberId : undefined };
    },
    async lookUp({ campaignId, email, phone }) {
      const address = email === undefined ? { 'registration.phone': phone ?? '' } : { 'registration.email': email };
      return entries.find({ filter: { campaignId, ...address }, sort: [['_id', 1]], limit: LOOKUP_LIMIT });
    },
    async erase(campaignId, memberId) {
      await entries.deleteOne({ _id: entryId(campaignId, memberId) });
    },
  };
};
