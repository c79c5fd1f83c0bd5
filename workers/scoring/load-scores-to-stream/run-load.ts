import { CsvError } from '@verifiedfan/csv-read-stream';
import type { Bucket, Queue, RecordStream, Table } from '@verifiedfan/ports';
import type { Rejection } from '@verifiedfan/worker';
import type { Load, Manifest } from '../domain/load-manifest.ts';
import { createStoredOffers, type Offers } from '../domain/offers.ts';
import type { ScoresStreamRecord } from '../domain/score-record.ts';
import { describeReadFault, type OpenedFile, openScoreFile } from './open-file.ts';
import { type InvalidRow, type ReadRows, readRows } from './read-rows.ts';
import { createNames, type RemovalReader, readRemovals } from './removals.ts';
import { sendReport } from './send-report.ts';

export type LoadServices = {
  table: Table;
  bucket: Bucket;
  stream: RecordStream;
  verdictQueue: Queue;
  manifest: Manifest;
  emailKeyOf(email: string): string;
  /** Rows of one put and one checkpoint. */
  batchRows: number;
};

export type RunLoadOptions = LoadServices & {
  load: Load;
  offers: Offers;
  deadLetter(parts: readonly Rejection[]): Promise<void>;
  /** True when the load should stop at the next checkpoint, to be continued by somebody else. */
  shouldPause(): boolean;
};

type Opened = Extract<OpenedFile, { outcome: 'opened' }>;

/**
 * Works one load off from its checkpoint: rows, then removals, then the report. Every step can be repeated, and a step is noted only when
 * it is done, so a crash anywhere repeats at most one batch. Returns the load as it stands: ended, or paused.
 */
export const runLoad = async (options: RunLoadOptions): Promise<Load> => {
  let { load } = options;
  if (load.phase === 'rows') load = await streamRows({ ...options, load });
  if (load.phase === 'removals' && load.state === 'running') load = await streamRemovals({ ...options, load });
  if (load.phase === 'report' && load.state === 'running') load = await report({ ...options, load });
  return load;
};

const open = (options: RunLoadOptions, version: string, afterLine: number) =>
  openScoreFile({ bucket: options.bucket, key: options.load.key, version, afterLine, batchSize: options.batchRows });

const save = async (options: Pick<RunLoadOptions, 'manifest'>, load: Load): Promise<Load> => {
  await options.manifest.save(load);
  return load;
};

const streamRows = async (options: RunLoadOptions): Promise<Load> => {
  let { load } = options;
  const file = await open(options, load.version, load.line);
  if (file.outcome !== 'opened') return fail(options, load, 'the upload is no longer in the bucket');
  try {
    for await (const rows of file.batches) {
      const read = await readRows(rows, { ...options, ...file, load });
      await put(options.stream, read.records);
      await options.deadLetter(read.invalid.map((row) => toRejection(load, row)));
      load = await save(options, countRows(load, read));
      if (options.shouldPause()) {
        await file.close();
        return load;
      }
    }
  } catch (error) {
    if (!(error instanceof CsvError) || error.retryable) throw error;
    return fail(options, load, describeReadFault(error));
  }
  const clears = load.uncleared.length > 0;
  return save(options, { ...load, phase: clears ? 'removals' : 'report', line: 0, step: 0 });
};

/** What was read stays, and nothing is removed: better too much than too little, until a whole file comes. */
const fail = async (options: RunLoadOptions, load: Load, reason: string): Promise<Load> => {
  const failed: Load = { ...load, reason };
  await sendReport(options, failed);
  return save(options, { ...failed, state: 'failed' });
};

const countRows = (load: Load, { records, invalid, filtered, lastLine }: ReadRows): Load => {
  const { count } = load;
  const valid = records.length + filtered;
  return {
    ...load,
    line: Math.max(load.line, lastLine),
    count: {
      ...count,
      in: count.in + valid + invalid.length,
      valid: count.valid + valid,
      invalid: count.invalid + invalid.length,
      filtered: count.filtered + filtered,
      out: count.out + records.length,
    },
  };
};

/** The stream retries what failed alone; what still fails then is transient, so the batch is repeated from its checkpoint. */
const put = async (stream: RecordStream, records: readonly ScoresStreamRecord[]): Promise<void> => {
  if (records.length === 0) return;
  const results = await stream.putMany(
    records.map((record) => ({ partitionKey: record.memberId, data: JSON.stringify(record) })),
  );
  for (const result of results) if ('error' in result) throw result.error;
};

/** The position names the load and the line, so the same row of another upload is another dead letter. */
const toRejection = ({ bucket, key, file, loadId, load }: Load, { line, reason, raw }: InvalidRow): Rejection => ({
  position: `${bucket}/${key}@${load}:${line}`,
  reason: `${key} line ${line}, ${reason}`,
  payload: { bucket, key, file, loadId, load, line, raw },
});

const streamRemovals = async (options: RunLoadOptions): Promise<Load> => {
  let { load } = options;
  await options.manifest.raiseFloor(load);
  const names = await readNames(options);
  while (load.step < load.uncleared.length) {
    const earlier = load.uncleared[load.step];
    const file = earlier && (await open(options, earlier.version, load.line));
    if (file?.outcome !== 'opened')
      return fail(options, load, 'an earlier upload is no longer kept, so its rows cannot be taken back');
    const offers = createStoredOffers({
      table: options.table,
      load: { file: load.file, loadId: earlier?.loadId ?? '' },
    });
    load = await removeRowsOf(file, { ...options, load, offers }, names);
    if (options.shouldPause()) return load;
  }
  return save(options, { ...load, phase: 'report' });
};

/** Names what the whole upload said, from its beginning: also after a resume, since the names are not stored. */
const readNames = async (options: RunLoadOptions) => {
  const names = createNames();
  const file = await open(options, options.load.version, 0);
  if (file.outcome !== 'opened') return names.set;
  for await (const rows of file.batches) names.add((await readRows(rows, { ...options, ...file })).records);
  return names.set;
};

const removeRowsOf = async (
  file: Opened,
  options: Omit<RunLoadOptions, 'offers'> & Pick<RemovalReader, 'offers'>,
  names: Awaited<ReturnType<typeof readNames>>,
): Promise<Load> => {
  let { load } = options;
  try {
    for await (const rows of file.batches) {
      const withdrawals = await readRemovals(rows, { ...options, load, indexes: file.indexes, names });
      await put(options.stream, withdrawals);
      const count = { ...load.count, removed: load.count.removed + withdrawals.length };
      load = await save(options, { ...load, line: Math.max(load.line, rows.at(-1)?.line ?? 0), count });
      if (options.shouldPause()) {
        await file.close();
        return load;
      }
    }
  } catch (error) {
    // An earlier upload that could not be read to its end was loaded only up to there.
    if (!(error instanceof CsvError) || error.retryable) throw error;
  }
  return save(options, { ...load, step: load.step + 1, line: 0 });
};

const report = async (options: RunLoadOptions): Promise<Load> => {
  const { load, bucket } = options;
  await sendReport(options, load);
  const done = await save(options, { ...load, state: 'done', uncleared: [] });
  // Nobody asks for them any more; a crash in front of this line leaves them to the bucket's own rules.
  for (const { version } of load.uncleared) await bucket.delete({ key: load.key, version });
  return done;
};
