import { CsvError } from '@verifiedfan/csv-read-stream';
import type { Bucket, Table } from '@verifiedfan/ports';
import { fileIdOf } from '../domain/keys.ts';
import { type FileState, isOlder, type Load, type Manifest } from '../domain/load-manifest.ts';
import { type OfferSource, offersUnchanged } from '../domain/offers.ts';
import { describeReadFault, openScoreFile } from './open-file.ts';

export type PrepareServices = { table: Table; bucket: Bucket; manifest: Manifest; fetchOffer: OfferSource };

/** Uploads of one key that begin at once disturb each other; so many in a row mean that something else is wrong. */
const MAX_ATTEMPTS = 8;

/**
 * Decides whether there is anything to load: older or equal content, a header that cannot be used. If so, the load becomes the current one
 * of its key, under a number above all earlier ones, and knows which earlier uploads there are to clear.
 */
export const prepareLoad = async (load: Load, services: PrepareServices): Promise<Load> => {
  const { manifest } = services;
  const ended = await checkFile(load, services);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const state = await manifest.current(fileIdOf(load.bucket, load.key));
    if (state.load?.loadId === load.loadId) return load;
    if (isOlder(load.sequencer, state.newestSequencer)) return end(manifest, { ...load, state: 'superseded' });
    if (ended !== undefined) return end(manifest, ended);
    if (await isRepetition(load, state.load, services)) {
      const repeated = await repeatLoad(load, state, services);
      if (repeated !== undefined) return repeated;
    } else {
      const prepared = await number(load, state, manifest);
      await manifest.save(prepared);
      if (await manifest.makeCurrent(prepared, state)) return prepared;
    }
  }
  throw new UploadsCollideError('other uploads of the key kept coming in between');
};

const end = async (manifest: Manifest, ended: Load): Promise<Load> => {
  await manifest.save(ended);
  return ended;
};

/** How the load ends for the file's own sake; undefined when there is something to read. */
const checkFile = async (load: Load, { bucket }: PrepareServices): Promise<Load | undefined> => {
  try {
    const file = await openScoreFile({ bucket, key: load.key, version: load.version, afterLine: 0, batchSize: 1 });
    if (file.outcome === 'missing')
      return { ...load, state: 'failed', reason: 'the upload is no longer in the bucket' };
    if (file.outcome === 'rejected') return { ...load, state: 'rejected', reason: file.reason };
    await file.close();
    return undefined;
  } catch (error) {
    // Not even the header could be read, so nothing was loaded and nothing changes.
    if (error instanceof CsvError && !error.retryable)
      return { ...load, state: 'failed', reason: describeReadFault(error) };
    throw error;
  }
};

const isRepetition = async (
  load: Load,
  previous: Load | undefined,
  { table, fetchOffer }: PrepareServices,
): Promise<boolean> =>
  previous?.state === 'done' && previous.etag === load.etag && (await offersUnchanged(table, previous, fetchOffer));

/** Undefined when another upload came in between. */
const repeatLoad = async (
  load: Load,
  { load: previous, newestSequencer }: FileState,
  { manifest, bucket }: PrepareServices,
): Promise<Load | undefined> => {
  if (previous === undefined || !(await manifest.repeat(load, previous, newestSequencer))) return undefined;
  // After a crash behind `repeat` the load that is repeated has this upload's own bytes already.
  if (previous.version !== load.version) await bucket.delete({ key: load.key, version: previous.version });
  return end(manifest, { ...load, state: 'unchanged', sameAs: previous.loadId });
};

/** Uploads may be told in another order than they were made; what replaces has the higher number. */
const number = async (load: Load, { load: previous }: FileState, manifest: Manifest): Promise<Load> => {
  if (previous === undefined) return { ...load, uncleared: [] };
  const { load: before, loadId, version, uncleared } = previous;
  const numbered = before < load.load ? load.load : await manifest.nextNumber();
  return { ...load, load: numbered, uncleared: [...uncleared, { load: before, loadId, version }] };
};

/** Nothing was changed; the upload can be told again. */
export class UploadsCollideError extends Error {
  override readonly name = 'UploadsCollideError';
  readonly code = 'uploads_collide';
  readonly retryable = true;
}
