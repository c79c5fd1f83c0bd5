import { Readable } from 'node:stream';
import type { Clock, PutObjectOptions, Random } from '@verifiedfan/ports';
import { toPortError } from '../sdk/errors.ts';
import { type BodyFailure, discard, type Gathered, gather } from './gather.ts';
import { attemptsOf, errorName, isMissing, type OpenS3 } from './sdk.ts';

export type StoreOptions = {
  open: OpenS3;
  bucketName: string;
  name: string;
  partBytes: number;
  partsAtOnce: number;
  clock: Clock;
  random: Random;
  /** Whether the condition of a write is broken by the object that is there now. */
  refuses: (options: PutObjectOptions) => Promise<boolean>;
};

/** The name of the metadata by which an upload is recognised as this one. */
const UPLOAD_MARK = 'upload';
const CONFLICT_ATTEMPTS = 5;
const CONFLICT_WAIT_MS = 200;

type Write = {
  Bucket: string;
  Key: string;
  Metadata: Record<string, string>;
  IfNoneMatch?: string;
  IfMatch?: string;
};
type Stored = { version: string } | 'refused';

/** ETags have no other characters; one that S3 cannot have given matches nothing, and must not reach a header. */
const isEtag = (text: string): boolean => /^[\w-]+$/.test(text);

/**
 * Stores objects. One request where the bytes fit into one part, a multipart upload otherwise; conditions are S3's own and are decided in
 * the moment in which the object becomes visible. Whatever fails, nothing of it is visible, and parts that were sent are given up.
 */
export const createStore = (options: StoreOptions) => {
  const { open, bucketName, name, partBytes, clock, random, refuses } = options;

  /** The version under which the marked upload is the current object; undefined when another one is, or none. */
  const findMarked = async ({ Bucket, Key, Metadata }: Write): Promise<string | undefined> => {
    const { sdk, client } = await open();
    try {
      const found = await client.send(new sdk.HeadObjectCommand({ Bucket, Key }));
      const isOurs = found.Metadata?.[UPLOAD_MARK] === Metadata[UPLOAD_MARK];
      return isOurs ? (found.VersionId ?? 'null') : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };

  const send = async (write: Write, gathered: Gathered): Promise<string> => {
    const { sdk, client } = await open();
    if (gathered.whole !== undefined) {
      const stored = await client.send(new sdk.PutObjectCommand({ ...write, Body: gathered.whole }));
      return stored.VersionId ?? 'null';
    }
    const { Upload } = await import('@aws-sdk/lib-storage');
    const Body = Readable.from(gathered.chunks, { objectMode: false });
    const upload = new Upload({
      client,
      params: { ...write, Body },
      partSize: partBytes,
      queueSize: options.partsAtOnce,
    });
    return (await upload.done()).VersionId ?? 'null';
  };

  /** What became of a write that failed, where that can be told. */
  const settle = async (write: Write, error: unknown, put: PutObjectOptions): Promise<Stored | undefined> => {
    const isConditional = write.IfMatch !== undefined || write.IfNoneMatch !== undefined;
    if (attemptsOf(error) > 1 && (isConditional || errorName(error) === 'NoSuchUpload')) {
      // The first attempt may have been carried out and its answer lost; the next one then meets the object that the first one made.
      const version = await findMarked(write);
      if (version !== undefined) return { version };
    }
    if (!isConditional) return undefined;
    if (errorName(error) === 'PreconditionFailed' || isMissing(error)) return 'refused';
    if (errorName(error) === 'ConditionalRequestConflict' && (await refuses(put))) return 'refused';
    return undefined;
  };

  /** Repeats while S3 says that another writer is at work on the key and it cannot tell yet who comes first. */
  const sendUntilDecided = async (write: Write, gathered: Gathered, put: PutObjectOptions): Promise<Stored> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return { version: await send(write, gathered) };
      } catch (error) {
        const settled = await settle(write, error, put);
        if (settled !== undefined) return settled;
        const mayRepeat = errorName(error) === 'ConditionalRequestConflict' && gathered.whole !== undefined;
        if (!mayRepeat || attempt === CONFLICT_ATTEMPTS) throw error;
        await clock.sleep(random.next() * CONFLICT_WAIT_MS);
      }
    }
  };

  return async (put: PutObjectOptions): Promise<Stored> => {
    const { key, body, ifAbsent = false, ifMatch } = put;
    if (ifMatch !== undefined && (ifAbsent || !isEtag(ifMatch))) {
      await discard(body);
      return 'refused';
    }
    let failure: BodyFailure | undefined;
    let gathered: Gathered | undefined;
    try {
      gathered = await gather(body, { partBytes, failed: (seen) => (failure = seen) });
      if (gathered.chunks !== undefined && (ifAbsent || ifMatch !== undefined) && (await refuses(put))) {
        // S3 would say so after the last part.
        return 'refused';
      }
      const write: Write = {
        Bucket: bucketName,
        Key: key,
        Metadata: { [UPLOAD_MARK]: random.uuid() },
        ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
        ...(ifMatch === undefined ? {} : { IfMatch: `"${ifMatch}"` }),
      };
      return await sendUntilDecided(write, gathered, put);
    } catch (error) {
      if (failure !== undefined) throw failure.error;
      throw toPortError(error, { operation: 's3.PutObject', resource: name });
    } finally {
      await gathered?.end?.();
    }
  };
};
