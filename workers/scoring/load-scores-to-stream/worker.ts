import { createHmac } from 'node:crypto';
import type { Bucket, JsonObject, JsonValue, ObjectInfo, Queue, RecordStream, Table } from '@verifiedfan/ports';
import { defineWorker, type HandleContext, s3, sqs, type UploadedObject, type WorkerRecord } from '@verifiedfan/worker';
import { createCampaigns } from '../domain/campaigns.ts';
import { fileIdOf } from '../domain/keys.ts';
import {
  createManifest,
  isOlder,
  type Load,
  LoadTakenOverError,
  NO_COUNT,
  type Upload,
} from '../domain/load-manifest.ts';
import { createOffers, type OfferSource, offersUnchanged } from '../domain/offers.ts';
import { openScoreFile } from './open-file.ts';
import { redriveRow } from './redrive-row.ts';
import { type LoadServices, runLoad } from './run-load.ts';

/** An invocation ends itself when less is left, and asks to be continued. */
const PAUSE_BELOW_MS = 30_000;

export type LoaderServices = LoadServices & {
  table: Table;
  bucket: Bucket;
  stream: RecordStream;
  continuationQueue: Queue;
  fetchOffer: OfferSource;
};

/**
 * Reads an uploaded score file and puts its rows on scoresStream. in = valid + invalid and valid = out + filtered + failed. A load
 * resumes from its checkpoint; what an earlier upload of the key said and this one does not say any more is withdrawn.
 */
export const loadScoresToStream = defineWorker<UploadedObject, LoaderServices>({
  purpose: 'Reads uploaded score files, checks, ranks and filters their rows, and puts them on scoresStream.',
  source: [s3('scoringBucket'), sqs<UploadedObject>('loadContinuationQueue', { batchSize: 1 })],
  reads: ['scoringBucket'],
  writes: ['scoresStream', 'verdictReporterQueue', 'demandTable/file:*/*', 'demandTable/meta:loads*/*'],
  requeues: ['loadContinuationQueue'],
  deletes: ['scoringBucket'],
  calls: ['campaignService'],
  async services(kit) {
    const table = kit.table('demandTable');
    const emailSecret = await kit.secrets.get('emailKey');
    return {
      table,
      bucket: kit.bucket('scoringBucket'),
      stream: kit.stream('scoresStream'),
      verdictQueue: kit.queue('verdictReporterQueue'),
      continuationQueue: kit.queue('loadContinuationQueue'),
      manifest: createManifest({ table, newRunner: () => kit.random.uuid() }),
      fetchOffer: createCampaigns(kit).fetchOffer,
      emailKeyOf: (email) => createHmac('sha256', emailSecret).update(email).digest('base64url').slice(0, 22),
    };
  },
  async handle(records, context) {
    const count = { ...NO_COUNT };
    const loads: JsonObject[] = [];
    for (const record of records) {
      try {
        const load = await loadUpload(record, context);
        if (load === undefined) continue;
        loads.push(summaryOf(load));
        for (const name of Object.keys(count) as (keyof typeof count)[]) count[name] += load.count[name];
      } catch (error) {
        if (!(error instanceof LoadTakenOverError)) context.fail(record, error);
      }
    }
    return { count, loads };
  },
  redrivePart: (payload, context) => redriveRow(payload, context.services),
});

const summaryOf = ({ bucket, key, etag, state, reason, count, load, file, loadId, sameAs }: Load): JsonObject => {
  const { removed, ...rest } = count;
  return {
    bucket,
    key,
    etag,
    state,
    ...(reason === undefined ? {} : { reason }),
    count: removed > 0 ? { ...rest, removed } : rest,
    load,
    file,
    loadId: sameAs ?? loadId,
  };
};

const loadUpload = async (
  record: WorkerRecord<UploadedObject>,
  context: HandleContext<LoaderServices>,
): Promise<Load | undefined> => {
  const { services, log } = context;
  const info = await findObject(services.bucket, record.data);
  if (info === undefined) {
    log.warn('the upload is no longer in the bucket', { position: record.meta.position });
    return undefined;
  }
  const upload: Upload = {
    bucket: record.data.bucket,
    key: info.key,
    version: info.version,
    etag: info.etag,
    sequencer: info.sequencer,
  };
  const begun = await services.manifest.begin(upload);
  if (begun.state !== 'running') return begun;
  const load = begun.line === 0 && begun.phase === 'rows' ? await prepareLoad(begun, services) : begun;
  if (load.state !== 'running') return load;
  const offers = createOffers({ table: services.table, load, fetchOffer: services.fetchOffer });
  const shouldPause = () => context.signal.aborted || context.remainingMs() < PAUSE_BELOW_MS;
  const ended = await runLoad({ ...services, load, offers, deadLetter: context.deadLetter, shouldPause });
  if (ended.state === 'running') await continueLater(ended, context);
  return ended;
};

/** Finds the upload that the event speaks of; buckets without versions know only the current one. */
const findObject = async (bucket: Bucket, { key, version, etag }: UploadedObject): Promise<ObjectInfo | undefined> => {
  const info = await bucket.head(version === undefined ? { key } : { key, version });
  return info === undefined || (version === undefined && etag !== undefined && info.etag !== etag) ? undefined : info;
};

/** Decides whether there is anything to load: the header, older or equal content, and which earlier uploads there are to clear. */
const prepareLoad = async (load: Load, services: LoaderServices): Promise<Load> => {
  const { manifest, bucket, table, fetchOffer } = services;
  const end = async (ended: Load): Promise<Load> => {
    await manifest.save(ended);
    return ended;
  };
  const { load: previous, newestSequencer } = await manifest.current(fileIdOf(load.bucket, load.key));
  if (isOlder(load.sequencer, newestSequencer)) return end({ ...load, state: 'superseded' });
  const file = await openScoreFile({ bucket, key: load.key, version: load.version, afterLine: 0, batchSize: 1 });
  if (file.outcome === 'missing')
    return end({ ...load, state: 'failed', reason: 'the upload is no longer in the bucket' });
  if (file.outcome === 'rejected') return end({ ...load, state: 'rejected', reason: file.reason });
  await file.close();
  if (previous?.loadId === load.loadId) return load;
  if (
    previous?.state === 'done' &&
    previous.etag === load.etag &&
    (await offersUnchanged(table, previous, fetchOffer))
  ) {
    await manifest.repeat(previous, load);
    await bucket.delete({ key: previous.key, version: previous.version });
    return end({ ...load, state: 'unchanged', sameAs: previous.loadId });
  }
  const uncleared =
    previous === undefined
      ? []
      : [...previous.uncleared, { load: previous.load, loadId: previous.loadId, version: previous.version }];
  const prepared = { ...load, uncleared };
  await manifest.save(prepared);
  await manifest.makeCurrent(prepared, previous);
  return prepared;
};

/** On AWS an invocation lasts at most 15 minutes; each continuation starts where the checkpoint is. A stopping process resumes by itself. */
const continueLater = async (
  { bucket, key, version, etag, sequencer }: Load,
  context: HandleContext<LoaderServices>,
): Promise<void> => {
  if (context.signal.aborted) throw new LoadPausedError('the load goes on from its checkpoint at the next start');
  const body: JsonValue = { bucket, key, version, etag, sequencer };
  for (const result of await context.services.continuationQueue.sendMany([{ body: JSON.stringify(body) }])) {
    if ('error' in result) throw result.error;
  }
};

/** The process is stopping: the upload stays pending and is told again. */
export class LoadPausedError extends Error {
  override readonly name = 'LoadPausedError';
  readonly retryable = true;
}
