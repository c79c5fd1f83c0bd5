import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { type Owner, temporaryDirectory } from '@verifiedfan/test-utils';
import { type Ran, runHere } from './run-here.ts';
import { byMember, CAMPAIGNS, countsOf, rowsOf, type Statement, type TrapFile } from './trap-files.ts';

export type FileReport = { key: string; state: string; count: Record<string, number> };

type Run = (...argv: string[]) => Promise<Ran>;

/** A data directory with the campaigns of trap files imported, and commands in it. */
export const setUp = async (test: Owner) => {
  const { path } = temporaryDirectory(test);
  const run: Run = (...argv) => runHere(argv, { directory: path });
  writeFileSync(`${path}/campaigns.json`, JSON.stringify({ campaigns: CAMPAIGNS }));
  assert.equal((await run('campaign', 'import', 'campaigns.json')).code, 0);
  return { path, run };
};

/** Rows, counts and recounts of both campaigns are those of the current files. */
export const assertState = async (run: Run, files: readonly TrapFile[]): Promise<void> => {
  for (const { _id } of CAMPAIGNS) {
    const expected = rowsOf(_id, files);
    const rows = (await run('rows', _id)).lines<Statement>().sort(byMember);
    assert.deepEqual(rows.map(statementOf), expected);
    const counts = countsOf(expected);
    assert.deepEqual((await run('counts', _id, '--json')).json(), { campaignId: _id, ...counts });
    const recount = await run('recount', _id, '--json');
    assert.equal(recount.code, 0);
    assert.deepEqual(recount.json<{ recounted: object; rows: number }>().recounted, counts);
    assert.equal(recount.json<{ rows: number }>().rows, expected.length);
  }
};

const statementOf = ({ campaignId, memberId, score, isVerified, verdict, rank, events, scoredAt }: Statement) => ({
  campaignId,
  memberId,
  score,
  isVerified,
  verdict,
  rank,
  events,
  scoredAt,
});

/** The counters of a load of the whole file. */
export const fileCount = ({ rows, invalid, filtered }: TrapFile) => {
  const valid = rows - invalid;
  return { in: rows, valid, invalid, filtered, out: valid - filtered, failed: 0 };
};

/** What must hold once an interrupted load of `a.csv` was resumed: the state, no row lost or twice, and nothing left to do. */
export const assertFinished = async (run: Run, resumed: Ran, files: readonly TrapFile[]) => {
  assert.equal(resumed.code, 0, resumed.err);
  await assertState(run, files);
  const again = (await run('load', 'a.csv', '--json')).json<{ files: FileReport[]; slack: object[] }>();
  assert.deepEqual(
    again.files.map(({ key, state, count }) => [key, state, count.in]),
    [['a.csv', 'unchanged', 0]],
  );
  assert.deepEqual(again.slack, [], 'nothing is posted for what is the same');
  const idle = (await run('resume', '--json')).json<{ files: FileReport[] }>();
  assert.deepEqual(idle.files, []);
};
