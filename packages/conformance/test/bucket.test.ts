import { Readable } from 'node:stream';
import { it } from 'node:test';
import { type BucketNotificationsSubject, bucketCases, registerMutants } from '../src/index.ts';
import {
  asciiOnly,
  type Flaws,
  inBucket,
  listingWith,
  puttingWith,
  unconditional,
  withInfo,
  withKeys,
} from './bucket-mutants.ts';
import { createBuckets } from './embedded-subjects.ts';

const writing: Flaws = {
  'hands back the bytes with their size, their MD5 and their version': {
    'quotes the ETag': withInfo((info) => ({ ...info, etag: `"${info.etag}"` })),
    'takes bytes for text': puttingWith((options) => ({ ...options, body: Buffer.from(String(options.body)) })),
    'gives no version': withInfo((info) => ({ ...info, version: '' })),
  },
  'takes text as UTF-8, a stream chunk by chunk, and nothing at all': {
    'takes text as Latin-1': puttingWith((options) => ({
      ...options,
      body: typeof options.body === 'string' ? Buffer.from(options.body, 'latin1') : options.body,
    })),
    'takes the first chunk alone': puttingWith(({ body, ...options }) => ({
      ...options,
      body: typeof body === 'string' || body instanceof Uint8Array ? body : Readable.from(body).take(1),
    })),
  },
  'leaves the earlier object as it was when a body fails half-way': {
    'stores what came': puttingWith(({ body, ...options }) => ({
      ...options,
      body:
        typeof body === 'string' || body instanceof Uint8Array
          ? body
          : (async function* () {
              try {
                yield* body;
              } catch {
                // As if the body had ended here.
              }
            })(),
    })),
  },
  'keeps earlier uploads of a key by version, newest first, with rising sequencers': {
    'keeps the last upload alone': inBucket((bucket) => ({
      versions: async (key) => (await bucket.versions(key)).slice(0, 1),
      get: (options) => bucket.get({ key: options.key }),
    })),
    'answers the oldest first': inBucket((bucket) => ({
      versions: async (key) => (await bucket.versions(key)).reverse(),
    })),
    'gives one sequencer to all': withInfo((info) => ({ ...info, sequencer: '00' })),
  },
  'creates only what is absent when asked to, also when two try at once': {
    'ignores the condition': unconditional,
    'looks only before it begins': inBucket((bucket) => ({
      async put({ ifAbsent, ...options }) {
        return ifAbsent && (await bucket.head({ key: options.key })) ? { outcome: 'refused' } : bucket.put(options);
      },
    })),
  },
  'replaces only the ETag it was asked to replace': {
    'ignores the condition': unconditional,
    'refuses every condition': inBucket((bucket) => ({
      put: async (options) => (options.ifMatch === undefined ? bucket.put(options) : { outcome: 'refused' }),
    })),
  },
};

const reading: Flaws = {
  'answers undefined for what it does not have': {
    throws: inBucket((bucket) => ({
      async get(options) {
        const found = await bucket.get(options);
        if (!found) throw new Error('there is none');
        return found;
      },
    })),
    'looks for the version under any key': inBucket((bucket) => ({
      head: (options) => bucket.head(options.version === undefined ? options : { ...options, key: 'a' }),
    })),
  },
  'reads a range with both its ends, or from a byte on': {
    'leaves the last byte out': inBucket((bucket) => ({
      get: (options) =>
        bucket.get(
          options.range
            ? { ...options, range: [options.range[0], Math.max(options.range[0], (options.range[1] ?? 9) - 1)] }
            : options,
        ),
    })),
    'ignores the range': inBucket((bucket) => ({ get: ({ key }) => bucket.get({ key }) })),
  },
  'refuses a range that leads beyond the end': {
    'cuts the range': inBucket((bucket) => ({
      get: ({ key, range }) => bucket.get({ key, ...(range ? { range: [Math.min(range[0], 9)] as const } : {}) }),
    })),
  },
  'reads an object to its end that is replaced meanwhile': {
    'opens the object with the first read': inBucket((bucket) => ({
      async get(options) {
        const found = await bucket.get(options);
        if (!found) return undefined;
        found.body.destroy();
        const later = async function* () {
          yield* (await bucket.get(options))?.body ?? [];
        };
        return { info: found.info, body: Readable.from(later()) };
      },
    })),
  },
  'removes an object, and takes the removal of something unknown': {
    'removes nothing': inBucket(() => ({ delete: async () => {} })),
    'throws for the unknown': inBucket((bucket) => ({
      async delete(options) {
        if (!(await bucket.head(options))) throw new Error('there is none');
        await bucket.delete(options);
      },
    })),
  },
  'removes one version and shows the one before it': {
    'removes the object': inBucket((bucket) => ({ delete: ({ key }) => bucket.delete({ key }) })),
    'removes nothing': inBucket(() => ({ delete: async () => {} })),
  },
};

const keys: Flaws = {
  'takes any key as a name, whatever it looks like as a path': {
    'resolves paths': withKeys((key) => new URL(`https://x/${key}`).pathname.slice(1) || 'x'),
    'knows ASCII only': withKeys(asciiOnly),
    'minds no capitals': withKeys((key) => key.toLowerCase()),
  },
  'refuses keys of no bytes and of more than 1,024': {
    'cuts keys': withKeys((key) => key.slice(0, 1_000)),
    'counts characters for bytes': withKeys((key) => asciiOnly(key) || ''),
  },
  'lists keys in the order of their UTF-8 bytes': {
    'sorts as JavaScript does': listingWith((objects) => objects.sort((a, b) => (a.key < b.key ? -1 : 1))),
    'sorts as people do': listingWith((objects) => objects.sort((a, b) => a.key.localeCompare(b.key))),
  },
  'lists the keys of a prefix alone, current objects only': {
    'ignores the prefix': inBucket((bucket) => ({
      list: ({ prefix: _prefix, ...options } = {}) => bucket.list(options),
    })),
    'lists every upload': inBucket((bucket) => ({
      async list(options) {
        const { objects } = await bucket.list(options);
        return { objects: (await Promise.all(objects.map(({ key }) => bucket.versions(key)))).flat() };
      },
    })),
  },
  'lists page by page, each key once': {
    'ignores the limit': inBucket((bucket) => ({ list: ({ limit: _limit, ...options } = {}) => bucket.list(options) })),
    'repeats the last key': inBucket((bucket) => ({
      async list(options = {}) {
        const page = await bucket.list(options);
        const [first] = page.objects;
        return options.cursor && first ? { ...page, objects: [first, ...page.objects] } : page;
      },
    })),
  },
};

registerMutants<BucketNotificationsSubject>({
  title: 'bucket',
  cases: bucketCases,
  it,
  ...createBuckets(),
  mutants: { ...writing, ...reading, ...keys },
});
