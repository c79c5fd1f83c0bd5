import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Estate } from '@verifiedfan/local';
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
  const engine = await estate.engine();
  const stopObserving = engine.observe(ledger.observer);
  const stopShowing = engine.observe({ invoked: () => progress.to(ledger.loaded()) });
  try {
    const startedMs = clock.now();
    const uploads = await upload(estate);
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
    const result = await bucket.put({ key: basename(path), body: createReadStream(path) });
    if (result.outcome === 'stored') uploaded.push({ key: result.info.key, etag: result.info.etag });
  }
  return uploaded;
};

export const checkFile = async (path: string): Promise<void> => {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new UsageError(`there is no file ${path}`);
  if (!found.isFile()) throw new UsageError(`${path} is not a file`);
};
