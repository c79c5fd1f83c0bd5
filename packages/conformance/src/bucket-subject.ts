import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Bucket, ObjectInfo, PutObjectOptions } from '@verifiedfan/ports';

/** An empty bucket that keeps at least three uploads of a key. */
export type BucketSubject = { bucket: Bucket };

export const md5 = (bytes: string | Uint8Array): string => createHash('md5').update(bytes).digest('hex');

/** Puts an object that has to be taken. */
export const put = async (bucket: Bucket, key: string, body: PutObjectOptions['body']): Promise<ObjectInfo> => {
  const result = await bucket.put({ key, body });
  return result.outcome === 'stored' ? result.info : assert.fail('an upload without a condition was refused');
};

export const readAll = async (body: Readable): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString();
};

/** The text of an object that has to be there. */
export const textOf = async (bucket: Bucket, key: string, version?: string): Promise<string> => {
  const found = await bucket.get({ key, ...(version === undefined ? {} : { version }) });
  assert.ok(found, 'the object is there');
  return readAll(found.body);
};

export async function* chunksOf(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

/** Every key of the bucket, page by page. */
export const listKeys = async (bucket: Bucket, prefix?: string, limit?: number): Promise<string[][]> => {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await bucket.list({
      ...(prefix === undefined ? {} : { prefix }),
      ...(limit === undefined ? {} : { limit }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    pages.push(page.objects.map(({ key }) => key));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return pages;
};
