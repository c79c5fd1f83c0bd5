import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { runOptions } from '../../src/index.ts';
import { type Place, runCommand, runToEnd, startArguments, startEstate } from './command.ts';
import { openOwnStage } from './stage.ts';

const { registrants } = runOptions();
const ONSALE = ['onsale', '--registrants', String(registrants), '--seed', '7', '--json'];

type Report = {
  files: { key: string; state: string; count: object }[];
  workers: Record<string, Record<string, unknown>>;
  campaigns: Record<string, object>;
  slack: object[];
};
type Row = Record<string, unknown> & { memberId: string };

const onsaleIn = async (place: Place): Promise<Report> => JSON.parse(await runCommand(ONSALE, place)) as Report;

/** What scoring says about each member, without what names the upload. */
const rowsIn = async (place: Place, campaignId: string): Promise<object[]> =>
  (await runCommand(['rows', campaignId], place))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
    .sort((a, b) => (a.memberId < b.memberId ? -1 : 1))
    .map(({ memberId, score, isVerified, verdict, rank, events, scoredAt }) => {
      return { memberId, score, isVerified, verdict, rank, events, scoredAt };
    });

const assertSame = async (ours: Report, theirs: Report, places: { aws: Place; embedded: Place }): Promise<void> => {
  assert.deepEqual(ours.campaigns, theirs.campaigns);
  for (const campaignId of Object.keys(theirs.campaigns)) {
    assert.deepEqual(await rowsIn(places.aws, campaignId), await rowsIn(places.embedded, campaignId));
    const recount = JSON.parse(await runCommand(['recount', campaignId, '--json'], places.aws)) as { equal: boolean };
    assert.equal(recount.equal, true);
  }
};

describe(`an on-sale of ${registrants} registrants on ministack, DynamoDB Local, MongoDB and Redis`, () => {
  it('ends in the rows, counts and verdict of the embedded platform, and changes nothing when it is run again', async (test) => {
    const embedded = { directory: temporaryDirectory(test).path };
    const expected = await onsaleIn(embedded);
    const { env } = await openOwnStage();
    const aws = { directory: temporaryDirectory(test).path, env };
    const estate = await startEstate(['--platform', 'aws'], aws);
    test.after(() => estate.end('SIGKILL'));
    const report = await onsaleIn(aws);
    const facts = ({ files, slack }: Report) => ({
      files: files.map(({ key, state, count }) => ({ key, state, count })),
      slack,
    });
    assert.deepEqual(facts(report), facts(expected));
    await assertSame(report, expected, { aws, embedded });
    const again = await onsaleIn(aws);
    assert.deepEqual(
      again.files.map(({ state }) => state),
      ['unchanged'],
    );
    assert.equal((await estate.end()).code, 0);
  });

  it('is exact after the process was killed in the middle, and a second process waits for the lease of the first', async (test) => {
    const embedded = { directory: temporaryDirectory(test).path };
    const expected = await onsaleIn(embedded);
    const { env } = await openOwnStage();
    const aws = { directory: temporaryDirectory(test).path, env };
    const first = await startEstate(['--platform', 'aws'], aws);
    test.after(() => first.end('SIGKILL'));
    const interrupted = runCommand(ONSALE, aws).catch((error: Error) => error);
    // Or until all is done: then there was nothing to interrupt, and the rest must hold all the same.
    await Promise.race([untilScored(aws, expected), interrupted]);
    await first.end('SIGKILL');
    await interrupted;
    const second = await startEstate(['--platform', 'aws'], aws);
    test.after(() => second.end('SIGKILL'));
    await runCommand(['resume', '--json'], aws);
    const report = await onsaleIn(aws);
    await assertSame({ ...report, campaigns: await campaignsIn(aws, expected) }, expected, { aws, embedded });
    await second.end();
  });

  it('refuses a second process while the first one polls, names the table, and leaves the first one alone', async (test) => {
    const { env } = await openOwnStage();
    const places = [1, 2].map(() => ({ directory: temporaryDirectory(test).path, env }));
    const [one, other] = places as [Place, Place];
    const first = await startEstate(['--platform', 'aws'], one);
    test.after(() => first.end('SIGKILL'));
    const { code, err } = await runToEnd([...(await startArguments()), '--platform', 'aws'], other);
    assert.equal(code, 1);
    const table = `${env.RESOURCE_PREFIX}-checkpointTable`;
    for (const part of [/waiting up to \d+ s for the lease/, new RegExp(table), /Stop that process/, /RESOURCE_PREFIX/])
      assert.match(err, part);
    const report = JSON.parse(await runCommand(['resume', '--json'], one)) as Report;
    assert.deepEqual(report.files, []);
    assert.equal((await first.end()).code, 0);
  });
});

const campaignsIn = async (place: Place, { campaigns }: Report): Promise<Record<string, object>> => {
  const counts: Record<string, object> = {};
  for (const id of Object.keys(campaigns)) {
    const { campaignId: _, ...numbers } = JSON.parse(await runCommand(['counts', id, '--json'], place)) as Record<
      string,
      unknown
    >;
    counts[id] = numbers;
  }
  return counts;
};

/** Resolves when some rows are scored and, most likely, not all. */
const untilScored = async (place: Place, { campaigns }: Report): Promise<void> => {
  const [campaignId = ''] = Object.keys(campaigns);
  while ((await rowsIn(place, campaignId)).length === 0) await setTimeout(50);
};
