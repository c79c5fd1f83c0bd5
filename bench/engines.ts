/**
 * The same on-sale on the embedded platform and on emulators of the engines that it runs on at AWS: ministack (Kinesis, SQS, S3), DynamoDB Local,
 * SecantusDB for MongoDB and Redis, on this machine. Equal on both sides: the command, the file, the workers, and before a rate counts the file's
 * counts, the campaigns, the post and every member's row. Not equal: where rows are kept, and that one side talks over HTTP to servers which
 * share the processors with it. An emulator is not AWS: AWS answers slower and takes far more at once, so what the details say about requests
 * holds there, and what they say about milliseconds does not.
 */
import { deepStrictEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStage, startStageServers } from '@verifiedfan/integration';
import { startOnAws } from './engines/on-aws.ts';
import { type BillLine, between, detailOf, type RequestCounts } from './engines/requests.ts';
import { CLI } from './launch.ts';
import { median, raw, runChild } from './measure.ts';
import { onsaleArguments } from './onsale.ts';
import type { BenchOptions, BenchResult } from './result.ts';

const REGISTRANTS = 20_000;
/** The servers take minutes. */
const ROUNDS = 1;
/** The embedded side takes seconds and is run in front of the other and behind it, since the machine may be busier at one time than at the other. */
const SIDES = ['embedded', 'servers', 'embedded'] as const;
const BAR = 30;

type Report = {
  files: { key: string; state: string; count: object }[];
  campaigns: Record<string, object>;
  slack: object[];
  seconds: number;
  recordsPerSecond: number;
  bill?: { lines: BillLine[] };
};
type Run = { report: Report; made: object; requests: RequestCounts | undefined };
type Row = Record<string, unknown> & { memberId: string };

/** A digest of all member rows, without what names the upload. */
const digestOf = async (campaignId: string, directory: string): Promise<{ rows: number; digest: string }> => {
  const { stdout } = await runChild([CLI, 'rows', campaignId, '--data', directory]);
  const rows = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
    .sort((a, b) => (a.memberId < b.memberId ? -1 : 1))
    .map(({ memberId, score, isVerified, verdict, rank, events, scoredAt }) =>
      JSON.stringify([memberId, score, isVerified, verdict, rank, events, scoredAt]),
    );
  return { rows: rows.length, digest: createHash('sha256').update(rows.join('\n')).digest('hex') };
};

/** What both sides must have made. */
const madeBy = async ({ files, campaigns, slack }: Report, directory: string): Promise<object> => {
  const rows: Record<string, object> = {};
  for (const campaignId of Object.keys(campaigns)) rows[campaignId] = await digestOf(campaignId, directory);
  return { files: files.map(({ key, state, count }) => ({ key, state, count })), campaigns, slack, rows };
};

const runEmbedded = async (registrants: number, directory: string): Promise<Run> => {
  const { stdout } = await runChild(onsaleArguments(registrants, directory));
  const report = JSON.parse(stdout) as Report;
  return { report, made: await madeBy(report, directory), requests: undefined };
};

const runOnServers = async (
  registrants: number,
  directory: string,
  stage: Readonly<Record<string, string>>,
): Promise<Run> => {
  const estate = await startOnAws(directory, stage);
  try {
    const before = await estate.requests();
    const { stdout } = await runChild([...onsaleArguments(registrants, directory), '--bill']);
    const requests = between(before, await estate.requests());
    const report = JSON.parse(stdout) as Report;
    return { report, made: await madeBy(report, directory), requests };
  } finally {
    await estate.end();
  }
};

const rates = (runs: readonly Run[]): number[] => runs.map(({ report }) => report.recordsPerSecond);

const compare = (registrants: number, embedded: readonly Run[], servers: readonly Run[]): BenchResult => {
  const last = servers.at(-1);
  const { seconds = 0, bill } = last?.report ?? {};
  const about = { registrants, seconds, bill: bill?.lines ?? [] };
  return {
    name: `on-sale of ${registrants.toLocaleString('en-US')} registrants, embedded beside emulators of AWS`,
    ratio: median(rates(embedded)) / median(rates(servers)),
    bar: BAR,
    unit: 'registrants/s',
    ours: median(rates(embedded)),
    theirs: median(rates(servers)),
    detail: {
      'seconds on the emulators': seconds,
      ...(last?.requests === undefined ? {} : detailOf(last.requests, about)),
      'embedded, all rounds': raw(rates(embedded)),
      'emulators, all rounds': raw(rates(servers)),
      checked: 'counts of the file, the campaigns, the post, every member row',
    },
  };
};

export const run = async ({ registrants = REGISTRANTS, rounds = ROUNDS }: BenchOptions): Promise<BenchResult[]> => {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const servers = await startStageServers({ run: 'bench-engines', say });
  const folder = await mkdtemp(join(tmpdir(), 'bench-engines-'));
  const measured = { embedded: [] as Run[], servers: [] as Run[] };
  try {
    for (const [run, side] of Array.from({ length: rounds }, () => SIDES)
      .flat()
      .entries()) {
      const directory = join(folder, `${side}-${run}`);
      const account = String(run + 1).padStart(12, '0');
      const stage = side === 'servers' ? await openStage({ addresses: servers.addresses, account }) : undefined;
      const result =
        stage === undefined
          ? await runEmbedded(registrants, directory)
          : await runOnServers(registrants, directory, stage.env);
      measured[side].push(result);
      say(`${registrants} registrants, ${side}: ${result.report.recordsPerSecond}/s`);
    }
    const [first] = measured.embedded;
    for (const { made } of [...measured.embedded, ...measured.servers]) deepStrictEqual(made, first?.made);
    return [compare(registrants, measured.embedded, measured.servers)];
  } finally {
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
  }
};
