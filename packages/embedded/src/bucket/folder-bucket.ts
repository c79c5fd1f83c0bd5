import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { assertOptions, assertWhole, invalid } from '@verifiedfan/driver';
import type {
  Bucket,
  BucketNotifications,
  Clock,
  GetObjectOptions,
  ObjectInfo,
  PutObjectOptions,
  PutObjectResult,
  Random,
} from '@verifiedfan/ports';
import { assertName } from '../sqlite/checks.ts';
import { toPortError } from '../sqlite/errors.ts';
import { openSqliteFile } from '../sqlite/file.ts';
import { createWaiting } from '../sqlite/waiting.ts';
import { openBucketIndex, type Removal } from './index-store.ts';
import { fileNameOf, filePathOf } from './keys.ts';
import { createListing } from './listing.ts';
import { corruptObject, openBody } from './read.ts';
import { sweepFolder } from './sweep.ts';
import { type Body, receiveBody } from './upload.ts';

export type FolderBucketOptions = {
  /** The folder; made when missing. It belongs to the bucket alone. */
  location: string;
  /** @default the last part of `location` */
  name?: string | undefined;
  clock: Clock;
  random: Random;
  /** Uploads kept of each key, the newest ones; one that is still to be notified of is kept in any case. @default 10 */
  keepVersions?: number | undefined;
  /** Write down notifications; to be switched off for a bucket that nobody listens to. @default true */
  notify?: boolean | undefined;
  /** Wait until the disk itself has the bytes, so that an upload survives a power failure. @default false */
  fsync?: boolean | undefined;
};

export type FolderBucket = Bucket &
  BucketNotifications & {
    /** Uploads whose bytes were missing or of another length when the bucket was opened. Reading them throws `corrupt`. */
    readonly damaged: readonly ObjectInfo[];
    close(): void;
  };

const assertKey = (key: string): void => assertName('the key of an object', key, 1_024);

const idOf = (id: string): number => {
  if (!/^\d{1,15}$/.test(id)) throw invalid('this is not the id of a notification');
  return Number(id);
};

/** Ends a body that nobody reads, so that what produces it can let go. A stream's own iterator would not end it before its first read. */
const discard = async (body: Body): Promise<void> => {
  if (typeof body === 'string' || body instanceof Uint8Array) return;
  if ('destroy' in body && typeof body.destroy === 'function') body.destroy();
  else await body[Symbol.asyncIterator]().return?.();
};

/** A bucket in a folder: the bytes in files, everything else in one SQLite file beside them. One process at a time. */
export const openFolderBucket = (options: FolderBucketOptions): FolderBucket => {
  const {
    location,
    name = basename(location),
    clock,
    random,
    keepVersions = 10,
    notify = true,
    fsync = false,
  } = options;
  assertOptions(options, ['location', 'name', 'clock', 'random', 'keepVersions', 'notify', 'fsync']);
  assertWhole('keepVersions', keepVersions, 1, 10_000);
  const folder = join(location, 'objects');
  const file = openSqliteFile({ location: join(location, 'index.sqlite'), resource: name });
  const index = openBucketIndex({ file, bucket: name, keepVersions });
  const damaged = file.run(() => sweepFolder(folder, index.all()));
  const waiting = createWaiting({
    clock,
    ready: () => !file.closed && file.run(() => index.pending(0, 1)).length > 0,
    nextMoment: () => undefined,
  });

  const pathOf = ({ key, version }: Removal): string => filePathOf(folder, fileNameOf(key, version));
  const removeFiles = (removals: readonly Removal[]): void => {
    // After the row is gone; a file that stays behind is swept with the next start.
    for (const removal of removals) file.run(() => rmSync(pathOf(removal), { force: true }));
  };
  const refuses = ({ key, ifAbsent = false, ifMatch }: PutObjectOptions): boolean => {
    const etag = index.current(key)?.etag;
    return (ifAbsent && etag !== undefined) || (ifMatch !== undefined && etag !== ifMatch);
  };
  const find = (key: string, version: string | undefined): ObjectInfo | undefined => {
    assertKey(key);
    return file.run(() => (version === undefined ? index.current(key) : index.version(key, version)));
  };

  /** Writes the bytes under a name that no row knows yet, then makes them visible in one transaction. */
  const put = async (putOptions: PutObjectOptions): Promise<PutObjectResult> => {
    const { key, body } = putOptions;
    assertKey(key);
    if (file.run(() => refuses(putOptions))) {
      await discard(body);
      return { outcome: 'refused' };
    }
    const version = random.uuid().replaceAll('-', '');
    const received = await receiveBody(pathOf({ key, version }), body, fsync);
    try {
      const added = file.transact(() => {
        // Again: another upload of the key may have ended while this one was streaming.
        if (refuses(putOptions)) return undefined;
        return index.add({ key, version, ...received, modifiedAtMs: clock.now(), notify });
      });
      if (!added) await rm(pathOf({ key, version }), { force: true });
      if (!added) return { outcome: 'refused' };
      removeFiles(added.pruned);
      waiting.changed();
      return { outcome: 'stored', info: added.info };
    } catch (error) {
      await rm(pathOf({ key, version }), { force: true });
      throw error;
    }
  };

  const get = async ({ key, version, range }: GetObjectOptions) => {
    const info = find(key, version);
    if (!info) return undefined;
    try {
      return { info, body: await openBody(pathOf(info), info, range, name) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      // Removed in this very moment, or lost.
      if (!find(key, info.version)) return undefined;
      throw corruptObject(name, error);
    }
  };

  const withPortErrors = async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await work();
    } catch (error) {
      throw toPortError(error, name);
    }
  };

  return {
    name,
    damaged,
    put: (putOptions) => withPortErrors(() => put(putOptions)),
    get: (getOptions) => withPortErrors(() => get(getOptions)),
    head: async ({ key, version }) => find(key, version),
    list: createListing((prefix, after, limit) => file.run(() => index.list(prefix, after, limit))),
    async versions(key) {
      assertKey(key);
      return file.run(() => index.versions(key));
    },
    async delete({ key, version }) {
      assertKey(key);
      if (version === undefined) file.transact(() => index.hide(key));
      else removeFiles(file.transact(() => index.removeVersion(key, version)));
    },
    async pending({ limit, after = '0' }) {
      assertWhole('limit', limit, 1, 10_000);
      return file.run(() => index.pending(idOf(after), limit));
    },
    async attempted(id) {
      file.run(() => index.attempted(idOf(id)));
    },
    async acknowledge(id) {
      removeFiles(file.transact(() => index.acknowledge(idOf(id))));
    },
    async waitForNotifications(signal) {
      file.run(() => undefined);
      await waiting.wait(signal);
    },
    close() {
      file.close();
      waiting.close();
    },
  };
};
