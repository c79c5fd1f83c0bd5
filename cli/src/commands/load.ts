import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Engine, Estate, Observer } from '@verifiedfan/local';
import type { PutObjectResult } from '@verifiedfan/ports';
import { isMachineFault } from '../output/explain.ts';
import { BAD_OUTCOME, type CommandIo, DONE, printJson, throwIfInterrupted } from '../output/io.ts';
import { createProgress } from '../output/progress.ts';
import { startBill } from '../report/bill.ts';
import { createLedger } from '../report/ledger.ts';
import { createReport, type LoadReport, type Upload } from '../report/load-report.ts';
import { printLoad } from '../report/print-load.ts';
import { checkStores } from '../run/check-stores.ts';
import type { CommandContext, CommandRun } from '../run/context.ts';
import { checkFile } from './files.ts';

const BUCKET = 'scoringBucket';

/** Puts score files into the bucket and works until nothing is left to do. */
export const load: CommandRun<{ files: string[] }> = async (context, { files }) => {
  const paths = files.map((file) => resolve(context.io.directory, file));
  for (const path of paths) await checkFile(path);
  return context.inTurn(async () =>
    reportWork(context, await work(context, { upload: (estate) => uploadAll(estate, paths) })),
  );
};

/** Works off whatever an interrupted run left. */
export const resume: CommandRun<object> = (context) =>
  context.inTurn(async () => reportWork(context, await work(context, { upload: async () => [] })));

/** What became of a piece of work. */
export type Worked = { report: LoadReport; bad: boolean };

export const reportWork = ({ io, json }: CommandContext, { report, bad }: Worked): number => {
  if (json) printJson(io, report);
  else printLoad(io, report);
  return bad ? BAD_OUTCOME : DONE;
};

export type WorkOptions = {
  upload(estate: Estate): Promise<Upload[]>;
  /** How many rows are uploaded, where that is known: then progress has an end. */
  rows?: number;
};

/** Uploads and waits until every worker is idle. Throws `InterruptedError`, and what is wrong with the machine as soon as it is known. */
export const work = async (context: CommandContext, { upload, rows }: WorkOptions): Promise<Worked> => {
  const { io } = context;
  throwIfInterrupted(io);
  const estate = await context.estate();
  await checkStores(estate);
  const { clock } = estate.platform;
  const startedMs = clock.now();
  const billed = await startBill(context, estate);
  const ledger = createLedger();
  const progress = createProgress({ io, clock, label: 'scored', total: rows });
  const observer: Observer = {
    ...ledger.observer,
    invoked(worker, answer) {
      ledger.observer.invoked(worker, answer);
      progress.to(ledger.loaded());
    },
  };
  // The files first: what is in the bucket survives a crash while workers still start. Workers that run take a file up at once, so they
  // are followed from before its upload.
  const follow = async () => (await estate.engine()).observe(observer);
  const early = context.workersRun ? await follow() : undefined;
  const uploads = await upload(estate);
  const stopFollowing = early ?? (await follow());
  try {
    await settled(await estate.engine(), io);
  } finally {
    stopFollowing();
    progress.end();
  }
  return createReport({ estate, ledger, uploads, startedMs, bill: billed?.() });
};

/** Waits until nothing is left to do; a full disk ends the waiting, for workers would repeat their work until somebody mends it. */
export const settled = async (engine: Engine, io: CommandIo): Promise<void> => {
  const fault = Promise.withResolvers<never>();
  const stopObserving = engine.observe({
    failed: (_worker, error) => {
      if (isMachineFault(error)) fault.reject(error);
    },
  });
  try {
    await Promise.race([engine.settled(io.signal), fault.promise]);
  } finally {
    stopObserving();
  }
  throwIfInterrupted(io);
};

/** Puts files into the bucket under their base names; a file of the same name replaces the one before. */
export const uploadAll = async (estate: Estate, paths: readonly string[]): Promise<Upload[]> => {
  const bucket = estate.platform.bucket(BUCKET);
  const uploaded: Upload[] = [];
  for (const path of paths) {
    const key = basename(path);
    const waiting = await sameUploadWaiting(estate, key, path);
    const result = waiting ?? (await bucket.put({ key, body: createReadStream(path) }));
    if (result.outcome === 'stored') uploaded.push({ bucket: BUCKET, key, etag: result.info.etag });
  }
  return uploaded;
};

/** The upload of an interrupted run with the same bytes, whose load is not finished: it goes on, and needs no copy. */
const sameUploadWaiting = async (
  { platform }: Estate,
  key: string,
  path: string,
): Promise<PutObjectResult | undefined> => {
  const info = await platform.bucket(BUCKET).head({ key });
  const pending = await platform.notifications(BUCKET).pending({ limit: 1_000 });
  if (info === undefined || !pending.some((upload) => upload.info.version === info.version)) return undefined;
  const hash = createHash('md5');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex') === info.etag ? { outcome: 'stored', info } : undefined;
};
