import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { generateScoreCampaigns, temporaryDirectory } from '@verifiedfan/test-utils';
import { type Ran, runHere } from './support/run-here.ts';
import { CAMPAIGN, EXAMPLE_ROWS, scoreFile, writeExample } from './support/score-files.ts';

const directory = temporaryDirectory();
const run = (...argv: string[]): Promise<Ran> => runHere(argv, { directory: directory.path });
const ok = async (...argv: string[]): Promise<Ran> => {
  const result = await run(...argv);
  assert.equal(result.code, 0, `${argv.join(' ')}: ${result.err}`);
  return result;
};

describe('every command on a loaded data directory, for people and with --json', () => {
  before(async () => {
    await writeExample(directory.path);
    const imported = await ok('campaign', 'import', 'campaign.json', '--json');
    assert.deepEqual(imported.json(), { campaigns: [{ _id: CAMPAIGN, outcome: 'created', markets: 2 }] });
    assert.match(
      (await ok('load', 'a.csv')).out,
      /a\.csv +done +4 +2 +1 +1[\s\S]*tour-2027 +1 +1 +1[\s\S]*Slack: tour-2027/,
    );
  });
  after(() => directory.remove());

  it('campaign import changes nothing for the same file', async () => {
    assert.match((await ok('campaign', 'import', 'campaign.json')).out, /tour-2027 +unchanged +2/);
  });

  it('counts', async () => {
    const json = await ok('counts', CAMPAIGN, '--json');
    assert.deepEqual(json.json(), { campaignId: CAMPAIGN, verified: 1, rejected: 1, selected: 1 });
    assert.match((await ok('counts', CAMPAIGN)).out, /tour-2027 +1 +1 +1\n$/);
    assert.deepEqual((await ok('counts', 'never-heard-of', '--json')).json(), {
      campaignId: 'never-heard-of',
      verified: 0,
      rejected: 0,
      selected: 0,
    });
  });

  it('recount', async () => {
    const counts = { verified: 1, rejected: 1, selected: 1 };
    const recounted = {
      campaignId: CAMPAIGN,
      stored: counts,
      recounted: counts,
      rows: 2,
      equal: true,
      repaired: false,
    };
    assert.deepEqual((await ok('recount', CAMPAIGN, '--json')).json(), recounted);
    assert.deepEqual((await ok('recount', CAMPAIGN, '--repair', '--json')).json(), recounted);
    assert.match((await ok('recount', CAMPAIGN)).out, /equal over 2 rows/);
  });

  it('rows are JSON lines, with --json too', async () => {
    const rows = (await ok('rows', CAMPAIGN)).lines();
    const facts = rows.map(({ campaignId, memberId, score, isVerified, verdict, rank, events, scoredAt }) => [
      campaignId,
      memberId,
      score,
      isVerified,
      verdict,
      rank,
      events,
      scoredAt,
    ]);
    assert.deepEqual(facts, [
      [CAMPAIGN, 'ada', 0.5, true, 'selected', 0, ['ev-paris'], '2026-01-05T10:00:00Z'],
      [CAMPAIGN, 'bob', 0.5, false, 'none', 0, ['ev-lyon', 'ev-paris'], '2026-01-05T10:00:00Z'],
    ]);
    assert.equal((await ok('rows', CAMPAIGN, '--json')).out, (await ok('rows', CAMPAIGN)).out);
    assert.equal((await ok('rows', 'never-heard-of')).out, '');
  });

  it('dead-letters lists, shows, and redrives after a fix', async () => {
    const [letter, ...others] = (await ok('dead-letters', '--json')).json<Record<string, string>[]>();
    assert.deepEqual(others, []);
    assert.deepEqual(Object.keys(letter ?? {}), ['id', 'worker', 'position', 'reason', 'at']);
    assert.match(letter?.position ?? '', /a\.csv/);
    assert.match(letter?.reason ?? '', /score/);
    const id = letter?.id ?? '';
    assert.ok((await ok('dead-letters')).out.includes(id));
    assert.match((await ok('dead-letters', 'show', id)).out, /dan@example\.com/);

    // Nothing was fixed: the row is refused again and stays.
    const refused = await run('dead-letters', 'redrive', id, '--json');
    assert.equal(refused.code, 1);
    const [outcome] = refused.json<Record<string, string>[]>();
    assert.deepEqual([outcome?.id, outcome?.outcome], [id, 'failed']);
    assert.match((await run('dead-letters', 'redrive', id)).out, new RegExp(`${id}  failed  .*score`));

    // A corrected file of the same key has no such row: its letter says so no more than that.
    writeFileSync(directory.join('a.csv'), scoreFile(EXAMPLE_ROWS.map((row) => ({ ...row, score: '0.5' }))));
    await ok('load', 'a.csv');
    assert.equal((await ok('rows', CAMPAIGN)).lines().length, 3);
  });

  it('resume has nothing to do, and says so', async () => {
    const { files, campaigns, slack } = (await ok('resume', '--json')).json<Record<string, unknown>>();
    assert.deepEqual({ files, campaigns, slack }, { files: [], campaigns: {}, slack: [] });
    await ok('resume');
  });

  it('token is one that the services take', async () => {
    const { token, expiresInSeconds } = (
      await ok(
        'token',
        '--campaign',
        'a=read',
        '--campaign',
        'b=read',
        '--campaign',
        'a=update',
        '--permission',
        'campaigns:read',
        '--json',
      )
    ).json<{ token: string; expiresInSeconds: number }>();
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    assert.equal(expiresInSeconds, 3_600);
    assert.equal(claims.exp - claims.iat, 3_600);
    assert.deepEqual(claims.campaigns, { a: { actions: ['read', 'update'] }, b: { actions: ['read'] } });
    assert.deepEqual([claims.permissions, claims.supreme], [['campaigns:read'], undefined]);
    assert.match((await ok('token', '--supreme')).out, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  });

  it('tail prints streams, tables, queues and stand-ins, and consumes nothing', async () => {
    const first = (await ok('tail', 'scoresStream')).lines();
    assert.equal(first[0]?.partitionKey, 'ada');
    assert.equal(typeof first[0]?.data, 'object');
    assert.deepEqual((await ok('tail', 'scoresStream', '--json')).lines(), first);
    const types = (await ok('tail', 'campaignDataStream')).lines<{ data: { type: string } }>();
    assert.ok(types.some(({ data }) => data.type === 'verifiedfan.fanlist.scored'));
    const changes = (await ok('tail', 'demandTable')).lines<{ eventName: string; keys: { SK: string } }>();
    assert.ok(changes.some(({ eventName, keys }) => eventName === 'INSERT' && keys.SK === 'member:ada'));
    const outbox = (await ok('tail', 'outbox')).lines<{ destination: string; state: string; data: { type: string } }>();
    assert.ok(outbox.length > 0 && outbox.every(({ state }) => state === 'sent'));
    assert.equal((await ok('tail', 'verdictReporterQueue')).out, '');
    assert.ok((await ok('tail', 'sandbox/slack')).lines().length > 0);
    assert.equal((await ok('tail', 'sandbox/telesign')).out, '');
  });

  it('workers, resources and doctor need no data directory', async () => {
    const workers = (await ok('workers', '--json')).json<{ name: string }[]>();
    assert.ok(workers.some(({ name }) => name === 'loadScoresToDynamoDB'));
    assert.match((await ok('workers')).out, /loadScoresToStream +s3 scoringBucket/);
    const resources = (await ok('resources', '--json')).json<{ name: string; kind: string }[]>();
    assert.ok(resources.some(({ name, kind }) => name === 'demandTable' && kind === 'table'));
    assert.match((await ok('resources')).out, /scoringBucket +bucket/);
    const findings = (await run('doctor', '--json')).json<{ check: string }[]>();
    assert.deepEqual(
      findings.map(({ check }) => check),
      ['Node', 'configuration', 'data directory', 'disk', 'storage engines', 'stores', 'ports', 'machine'],
    );
    assert.match((await run('doctor')).out, /data directory +ok/);
  });

  it('generate scores writes the same bytes for the same seed, and leaves no other file', async () => {
    const generate = (out: string, ...more: string[]) =>
      ok('generate', 'scores', '--registrants', '50', '--seed', '7', '--out', out, ...more);
    const written = (await generate('one.csv', '--campaign', 'one.json', '--json')).json();
    assert.deepEqual(written, {
      file: directory.join('one.csv'),
      registrants: 50,
      seed: 7,
      campaign: directory.join('one.json'),
    });
    assert.match((await generate('two.csv')).out, /two\.csv: 50 registrants/);
    assert.deepEqual(readFileSync(directory.join('one.csv')), readFileSync(directory.join('two.csv')));
    assert.deepEqual(JSON.parse(readFileSync(directory.join('one.json'), 'utf8')), generateScoreCampaigns({ seed: 7 }));
    assert.throws(() => readFileSync(directory.join('one.csv.partial')), { code: 'ENOENT' });
    for (const name of ['one.csv', 'two.csv', 'one.json']) rmSync(directory.join(name));
  });

  it('onsale generates, imports and loads, and cleans up behind itself', async () => {
    const { code, json, err } = await run('onsale', '--registrants', '50', '--seed', '7', '--json');
    const report = json<{ files: { key: string; state: string; count: { in: number } }[]; campaigns: object }>();
    assert.equal(code, 0, err);
    assert.deepEqual(
      report.files.map(({ key, state, count }) => [key, state, count.in]),
      [['onsale-50-7.csv', 'done', 50]],
    );
    assert.deepEqual(Object.keys(report.campaigns), [generateScoreCampaigns({ seed: 7 }).campaigns[0]?._id]);
    assert.throws(() => readFileSync(directory.join('.verifiedfan/generated')), { code: 'ENOENT' });
    assert.match((await ok('onsale', '--registrants', '50', '--seed', '7')).out, /onsale-50-7\.csv +unchanged/);
  });
});
