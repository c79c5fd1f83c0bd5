import { createHmac } from 'node:crypto';
import type { Bucket, JsonObject, JsonValue, ObjectInfo, Queue } from '@verifiedfan/ports';
import {
  defineWorker,
  type HandleContext,
  isObject,
  RejectError,
  s3,
  sqs,
  type UploadedObject,
  type WorkerRecord,
} from '@verifiedfan/worker';
import { createCampaigns } from '../domain/campaigns.ts';
import { addDifference, NO_COUNT, showCount } from '../domain/load-count.ts';
import { createManifest, type Load, LoadTakenOverError, type Upload } from '../domain/load-manifest.ts';
import { createOffers } from '../domain/offers.ts';
import { prepareLoad } from './prepare-load.ts';
import { type RedriveServices, redriveRow } from './redrive-row.ts';
import { runLoad } from './run-load.ts';

const BATCH_ROWS = 1_000;
/** An invocation ends itself when less is left, and asks to be continued. */
const PAUSE_BELOW_MS = 30_000;

type LoaderServices = RedriveServices & { continuationQueue: Queue };

/**
 * Reads an uploaded score file and puts its rows on scoresStream. in = valid + invalid and valid = out + filtered + failed. A load
 * resumes from its checkpoint; what an earlier upload of the key said and this one does not say any more is withdrawn.
 */
export const loadScoresToStream = defineWorker<UploadedObject, LoaderServices>({
  purpose: 'Reads uploaded score files, checks, ranks and filters their rows, and puts them on scoresStream.',
  source: [s3('scoringBucket'), sqs<UploadedObject>('loadContinuationQueue', { batchSize: 1 })],
  reads: ['scoringBucket', 'demandTable/file:*/meta:*'],
  writes: [
    'scoresStream',
    'verdictReporterQueue',
    'demandTable/file:*/meta:*',
    'demandTable/meta:loads*/meta:counter* update',
  ],
  requeues: ['loadContinuationQueue'],
  deletes: ['scoringBucket'],
  secrets: ['emailKey', 'tokenKeys'],
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
      batchRows: BATCH_ROWS,
    };
  },
  async handle(records, context) {
    let count = NO_COUNT;
    const loads: JsonObject[] = [];
    for (const record of records) {
      try {
        const progress = await loadUpload(record, context);
        if (progress === undefined) continue;
        // What an earlier invocation has done was counted there: a load that is told again, or continued, is not counted twice.
        count = addDifference(count, progress.before.count, progress.after.count);
        loads.push(summaryOf(progress.after));
      } catch (error) {
        if (!(error instanceof LoadTakenOverError)) context.fail(record, error);
      }
    }
    return { count: showCount(count), loads };
  },
  redrivePart: (payload, context) => redriveRow(payload, context.services),
});

const summaryOf = ({ bucket, key, etag, state, reason, count, load, file, loadId, sameAs }: Load): JsonObject => ({
  bucket,
  key,
  etag,
  state,
  ...(reason === undefined ? {} : { reason }),
  count: showCount(count),
  load,
  file,
  loadId: sameAs ?? loadId,
});

type Progress = { before: Load; after: Load };

const loadUpload = async (
  record: WorkerRecord<UploadedObject>,
  context: HandleContext<LoaderServices>,
): Promise<Progress | undefined> => {
  const { services, log } = context;
  if (!isUpload(record.data)) throw new RejectError('the message names no upload');
  const info = await findObject(services.bucket, record.data);
  if (info === undefined) {
    log.warn('the upload is no longer in the bucket', { position: record.meta.position });
    return undefined;
  }
  const { key, version, etag, sequencer } = info;
  const upload: Upload = { bucket: record.data.bucket, key, version, etag, sequencer };
  const before = await services.manifest.begin(upload);
  if (before.state !== 'running') return { before, after: before };
  const load = before.line === 0 && before.phase === 'rows' ? await prepareLoad(before, services) : before;
  if (load.state !== 'running') return { before, after: load };
  const offers = createOffers({ table: services.table, load, fetchOffer: services.fetchOffer });
  const shouldPause = () => context.signal.aborted || context.remainingMs() < PAUSE_BELOW_MS;
  const after = await runLoad({ ...services, load, offers, deadLetter: context.deadLetter, shouldPause });
  if (after.state === 'running') await continueLater(after, context);
  return { before, after };
};

/** Anyone may send to the queue of continuations. */
const isUpload = (data: unknown): data is UploadedObject =>
  isObject(data) && typeof data.bucket === 'string' && typeof data.key === 'string' && data.key !== '';

/** Finds the upload that the event speaks of; buckets without versions know only the current one. */
const findObject = async (bucket: Bucket, { key, version, etag }: UploadedObject): Promise<ObjectInfo | undefined> => {
  const info = await bucket.head(version === undefined ? { key } : { key, version });
  return info === undefined || (version === undefined && etag !== undefined && info.etag !== etag) ? undefined : info;
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
