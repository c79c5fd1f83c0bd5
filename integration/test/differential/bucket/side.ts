import { createHash } from 'node:crypto';
import { type Bucket, compareSequencers, type ObjectInfo, PortError } from '@verifiedfan/ports';
import type { Side } from '../../../src/index.ts';
import type { BodyOf, BucketOperation } from './operations.ts';

const NO_ETAG = '0'.repeat(32);

async function* inChunks(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536);
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('the beginning');
  throw new PortError({ code: 'unavailable', message: 'the source of this body broke' });
}

const toBody = (body: BodyOf) => {
  if (typeof body === 'string') return body;
  const text = body.letter.repeat(body.letters);
  return body.streamed ? inChunks(text) : text;
};

const digest = (bytes: Uint8Array): string =>
  bytes.length > 100 ? createHash('md5').update(bytes).digest('hex') : Buffer.from(bytes).toString('hex');

export const bucketSide = (bucket: Bucket, close: () => Promise<void>): Side<BucketOperation> => {
  /** What was stored under each key, in order. */
  const uploads = new Map<string, ObjectInfo[]>();
  const of = (key: string): ObjectInfo[] => uploads.get(key) ?? [];
  /** An upload by its place; the sequencer only has to rise. */
  const shown = ({ key, size, etag, version, sequencer }: ObjectInfo): unknown => {
    const place = of(key).findIndex((each) => each.version === version);
    return { key, size, etag, place, sequencer: of(key)[place]?.sequencer === sequencer };
  };
  const at = (key: string, place: number | undefined): { version?: string } =>
    place === undefined ? {} : { version: of(key)[place]?.version ?? 'x'.repeat(32) };

  const put = async ({ put: key, body, ifAbsent, ifMatch }: Extract<BucketOperation, { put: string }>) => {
    const current = ifMatch === 'current' ? (await bucket.head({ key }))?.etag : of(key)[0]?.etag;
    const etag = ifMatch === 'none' ? NO_ETAG : (current ?? NO_ETAG);
    const conditions = { ...(ifAbsent && { ifAbsent }), ...(ifMatch !== undefined && { ifMatch: etag }) };
    const result = await bucket.put({ key, body: toBody(body), ...conditions });
    if (result.outcome === 'refused') return 'refused';
    const before = of(key).at(-1);
    uploads.set(key, [...of(key), result.info]);
    const rises = before === undefined || compareSequencers(before.sequencer, result.info.sequencer) < 0;
    return [shown(result.info), rises];
  };

  const list = async (options: { prefix?: string; limit?: number }): Promise<unknown> => {
    const objects: ObjectInfo[] = [];
    let cursor: string | undefined;
    do {
      const page = await bucket.list({ ...options, ...(cursor !== undefined && { cursor }) });
      if (page.objects.length > (options.limit ?? 1_000)) throw new RangeError('a page is over its limit');
      objects.push(...page.objects);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return objects.map(({ key, size, etag }) => ({ key, size, etag }));
  };

  return {
    close,
    async play(operation) {
      if ('put' in operation) return put(operation);
      if ('get' in operation) {
        const { get: key, version, range } = operation;
        const found = await bucket.get({ key, ...at(key, version), ...(range && { range }) });
        return found && [shown(found.info), digest(Buffer.concat(await found.body.toArray()))];
      }
      if ('head' in operation) {
        const info = await bucket.head({ key: operation.head, ...at(operation.head, operation.version) });
        return info && shown(info);
      }
      if ('list' in operation) return list(operation.list);
      if ('versions' in operation) return (await bucket.versions(operation.versions)).map(shown);
      if ('delete' in operation)
        return bucket.delete({ key: operation.delete, ...at(operation.delete, operation.version) });
      return bucket.put({ key: operation.putBroken, body: broken() }).then(() => 'stored');
    },
    settle: async () => [
      await list({}),
      await Promise.all([...uploads.keys()].map(async (key) => (await bucket.versions(key)).map(shown))),
    ],
  };
};
