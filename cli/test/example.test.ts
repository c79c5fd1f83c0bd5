import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { type Ran, runHere } from './support/run-here.ts';
import { EXAMPLE_ROWS, scoreFile, writeExample } from './support/score-files.ts';

type Report = { files: { etag: string }[]; seconds: number; recordsPerSecond: number };

const COUNTS = { verified: 1, rejected: 1, selected: 1 };
const FILE = { bucket: 'scoringBucket', key: 'a.csv' };

describe('the report of a load', () => {
  it('is the document of the design, and says "unchanged" and zeros for the same file again', async (test) => {
    const { path } = temporaryDirectory(test);
    await writeExample(path);
    const run = (...argv: string[]): Promise<Ran> => runHere([...argv, '--json'], { directory: path });
    assert.equal((await run('campaign', 'import', 'campaign.json')).code, 0);

    const loaded = await run('load', 'a.csv');

    assert.equal(loaded.code, 0, loaded.err);
    const { seconds, recordsPerSecond, ...report } = loaded.json<Report>();
    const etag = createHash('md5')
      .update(readFileSync(`${path}/a.csv`))
      .digest('hex');
    assert.ok(seconds > 0 && recordsPerSecond > 0);
    assert.deepEqual(report, {
      files: [{ ...FILE, etag, state: 'done', count: { in: 4, valid: 3, invalid: 1, filtered: 1, out: 2, failed: 0 } }],
      workers: {
        loadScoresToDynamoDB: { in: 2, success: 2, created: 2, updated: 0, unchanged: 0, invalid: 0, failed: 0 },
        saveEntryScoring: {
          records: 2,
          input: 2,
          scoring: 2,
          entries: 2,
          found: 0,
          inserted: 2,
          updated: 0,
          failed: 0,
        },
        saveFanlistScores: {
          input: { in: 5, invalid: 0, duplicate: 0, valid: 5 },
          dynamo: { in: 5, failed: 0, out: 5, rejected: 0 },
          stream: { in: 5, failed: 0, out: 5 },
        },
        processSavedScores: { count: 2 },
        verdictReporter: {
          counts: {
            input: 1,
            requeue: { success: 0, failed: 0 },
            slack: { success: 1, failed: 0 },
            bypass: { success: 0 },
          },
        },
      },
      campaigns: { 'tour-2027': COUNTS },
      slack: [{ campaignId: 'tour-2027', counts: COUNTS }],
    });

    const again = await run('load', 'a.csv');
    const { files, campaigns, slack } = again.json<Record<string, unknown>>();
    assert.equal(again.code, 0);
    assert.deepEqual(
      { files, campaigns, slack },
      {
        files: [
          { ...FILE, etag, state: 'unchanged', count: { in: 0, valid: 0, invalid: 0, filtered: 0, out: 0, failed: 0 } },
        ],
        campaigns: { 'tour-2027': COUNTS },
        slack: [],
      },
    );
  });

  it('says why a file was rejected, and ends with 1', async (test) => {
    const { path } = temporaryDirectory(test);
    await writeExample(path);
    await runHere(['campaign', 'import', 'campaign.json'], { directory: path });
    writeFileSync(`${path}/a.csv`, scoreFile(EXAMPLE_ROWS).replace('memberId', 'member'));

    const { code, json } = await runHere(['load', 'a.csv', '--json'], { directory: path });

    const [file] = json<{ files: { state: string; reason: string }[] }>().files;
    assert.equal(code, 1);
    assert.equal(file?.state, 'rejected');
    assert.match(file?.reason ?? '', /memberId/);
    const { code: readable, out } = await runHere(['load', 'a.csv'], { directory: path });
    assert.equal(readable, 1);
    assert.match(out, /a\.csv +rejected[\s\S]*a\.csv: .*memberId/);
  });
});
