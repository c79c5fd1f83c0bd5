import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Estate } from '@verifiedfan/local';
import type { PutObjectResult } from '@verifiedfan/ports';
import type { CommandContext, CommandRun } from '../context.ts';
import { BAD_OUTCOME, DONE, printJson, UsageError } from '../io.ts';
import { createProgress } from '../progress.ts';
import { createLedger, createReport, isBad, type Ledger, type LoadReport } from '../report/load-report.ts';
import { printLoad } from '../report/print-load.ts';

const BUCKET = 'scoringBucket';

/** Puts score files into the bucket and works until nothing is left to do. */
export const load: CommandRun<{ files: string[] }> = async (context, { files }) => {
  const paths = files.map((file) => resolve(context.io.directory, file));
  for (const path of paths) await checkFile(path);
  return workAndReport(context, (estate) => uploadAll(estate, paths));
};

/** Works off whatever an interrupted run left. */
export const resume: CommandRun<object> = (context) => workAndReport(context, async () => []);

type Uploaded = { key: string; etag: string };

/** Uploads, waits until every worker is idle, and prints what became of it. */
export const workAndReport = async (
  context: CommandContext,
  upload: (estate: Estate) => Promise<Uploaded[]>,
  { rows }: { rows?: number } = {},
): Promise<number> => {
  const { report, ledger } = await work(context, upload, { ...(rows === undefined ? {} : { rows }) });
  if (context.json) printJson(context.io, report);
  else printLoad(context.io, report);
  return isBad(report, ledger) ? BAD_OUTCOME : DONE;
};

export const work = async (
  { io, estate: open }: CommandContext,
  upload: (estate: Estate) => Promise<Uploaded[]>,
  { rows }: { rows?: number },
): Promise<{ report: LoadReport; ledger: Ledger }> => {
  const estate = await open();
  const { clock } = estate.platform;
  const ledger = createLedger();
  const progress = createProgress({ io, clock, label: 'scored', ...(rows === undefined ? {} : { total: rows }) });
  // The files first: what is in the bucket survives a crash, while everything else is still starting.
  const startedMs = clock.now();
  const uploads = await upload(estate);
  const engine = await estate.engine();
  const stopObserving = engine.observe(ledger.observer);
  const stopShowing = engine.observe({ invoked: () => progress.to(ledger.loaded()) });
  try {
    await engine.settled(io.signal);
    progress.end();
    return { report: await createReport({ estate, ledger, uploads, startedMs }), ledger };
  } finally {
    stopObserving();
    stopShowing();
  }
};

export const uploadAll = async (estate: Estate, paths: readonly string[]): Promise<Uploaded[]> => {
  const bucket = estate.platform.bucket(BUCKET);
  const uploaded: Uploaded[] = [];
  for (const path of paths) {
    const key = basename(path);
    const waiting = await sameUploadWaiting(estate, key, path);
    const result = waiting ?? (await bucket.put({ key, body: createReadStream(path) }));
    if (result.outcome === 'stored') uploaded.push({ key, etag: result.info.etag });
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

export const checkFile = async (path: string): Promise<void> => {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new UsageError(`there is no file ${path}`);
  if (!found.isFile()) throw new UsageError(`${path} is not a file`);
};
