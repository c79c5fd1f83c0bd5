import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { generateScoreCampaigns, makeScheduleInput, temporaryDirectory } from '@verifiedfan/test-utils';
import { freePorts } from './support/ports.ts';
import { type Ran, runHere } from './support/run-here.ts';
import { CAMPAIGN, writeExample } from './support/score-files.ts';
import { runCommand, type Spawned, spawnCommand } from './support/spawn.ts';

const ONSALE = generateScoreCampaigns({ seed: 7 }).campaigns[0]?._id ?? '';

/** Every command that works on a data directory, in an order in which each has something to do. */
const LINES: readonly string[] = [
  'campaign import campaign.json',
  'load a.csv --json',
  'load a.csv --json',
  'load a.csv',
  'resume --json',
  `counts ${CAMPAIGN} --json`,
  `counts ${CAMPAIGN}`,
  `rows ${CAMPAIGN}`,
  `recount ${CAMPAIGN} --json`,
  `recount ${CAMPAIGN} --repair`,
  'dead-letters list --json',
  'dead-letters',
  'tail scoresStream',
  'tail verdictReporterQueue',
  'tail sandbox/slack',
  'onsale --registrants 300 --seed 7 --json',
  `recount ${ONSALE} --json`,
  'invoke verdictReporter --event event.json',
  'load missing.csv',
  'load a.csv missing.csv --json',
  'counts a/b',
  'campaign import event.json',
  'tail nowhere',
  'dead-letters show nothing',
  'token --campaign wrong',
];

/** What may differ between two runs: times, and what is made at random. */
const steady = (text: string): string =>
  text
    .replace(/"(seconds|recordsPerSecond|at|arrivedAt|ts|receivedAt|atMs|sentAt)": ?("[^"]*"|[\d.]+)/g, '"$1": 0')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'a time')
    .replace(/"emailKey":"[\w-]+"/g, '"emailKey":"a hash"')
    .replace(/^[\d.]+ s, [\d,]+ rows\/s$/gm, 'so many rows/s')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'an id');

/** Log lines go to the terminal of whoever runs the workers, and progress is told in its own time. */
const messages = (err: string): string =>
  err
    .split('\n')
    .filter((line) => !line.startsWith('{') && !line.startsWith('scored'))
    .join('\n');

const seen = (line: string, { code, out, err }: Ran, path: string): unknown => ({
  line,
  code,
  out: steady(out).replaceAll(path, '<directory>'),
  err: messages(err).replaceAll(path, '<directory>'),
});

const prepare = async (path: string): Promise<void> => {
  await writeExample(path);
  writeFileSync(`${path}/event.json`, JSON.stringify(makeScheduleInput()));
};

describe('commands that are handed to a running start', () => {
  const alone = temporaryDirectory();
  const served = temporaryDirectory();
  let owner: Spawned;
  const run = (line: string): Promise<Ran> => runHere(line.split(' '), { directory: served.path });

  before(async () => {
    for (const { path } of [alone, served]) await prepare(path);
    const argv = ['start', '--no-sample', '--port', String(await freePorts())];
    owner = spawnCommand({ after() {} }, argv, { directory: served.path });
    await owner.printed('Ctrl-C stops');
  });
  after(async () => {
    owner.kill('SIGTERM');
    const { code, err } = await owner.ended;
    for (const directory of [alone, served]) directory.remove();
    assert.equal(code, 0, err);
  });

  for (const [at, line] of LINES.entries()) {
    it(`${line} (${at + 1}) answers the same as alone`, async () => {
      const words = line.split(' ');
      const expected = await runHere(words, { directory: alone.path });
      assert.deepEqual(seen(line, await run(line), served.path), seen(line, expected, alone.path));
    });
  }

  it('token signs with the same keys as alone', async () => {
    const { token } = (await run('token --supreme --json')).json<{ token: string }>();
    writeFileSync(
      served.join('event.json'),
      JSON.stringify({ authorizationToken: `Bearer ${token}`, requestContext: { apiId: 'a' } }),
    );
    const answer = (await run('invoke validateToken --event event.json')).json<{ isAuthorized: boolean }>();
    assert.equal(answer.isAuthorized, true);
  });

  it('tail reads the changes of a table that the owner writes', async () => {
    const changes = (await run('tail demandTable')).lines<{ eventName: string; keys: { SK: string } }>();
    const members = changes.filter(
      ({ eventName, keys }) => eventName === 'INSERT' && /^member:(ada|bob)$/.test(keys.SK),
    );
    assert.equal(members.length, 2);
  });

  it('show and redrive work on the dead letters that the owner keeps', async () => {
    const [letter] = (await run('dead-letters --json')).json<{ id: string }[]>();
    assert.match((await run(`dead-letters show ${letter?.id}`)).out, /dan@example\.com/);
    assert.equal((await run(`dead-letters redrive ${letter?.id}`)).code, 1);
  });

  it('a relative path is one of the caller, not of the owner', async (test) => {
    const elsewhere = temporaryDirectory(test);
    await writeExample(elsewhere.path);
    const options = { directory: elsewhere.path };
    const loaded = await runCommand(test, ['load', 'a.csv', '--json', '--data', served.join('.verifiedfan')], options);
    assert.equal(loaded.code, 0, loaded.err);
    assert.equal(loaded.json<{ files: { state: string }[] }>().files[0]?.state, 'unchanged');
  });

  it('loads that are handed over at once each report their own file', async () => {
    const names = ['one.csv', 'two.csv', 'three.csv'];
    for (const [at, name] of names.entries())
      assert.equal(
        (
          await runHere(
            [
              'generate',
              'scores',
              '--registrants',
              '200',
              '--seed',
              String(at),
              '--out',
              name,
              '--campaign',
              `${at}.json`,
            ],
            { directory: served.path },
          )
        ).code,
        0,
      );
    for (const at of names.keys()) assert.equal((await run(`campaign import ${at}.json`)).code, 0);
    const loads = await Promise.all(names.map((name) => run(`load ${name} --json`)));
    const files = loads.map(
      ({ json }) => json<{ files: { key: string; state: string; count: { in: number } }[] }>().files,
    );
    assert.deepEqual(
      files.map((list) => list.map(({ key, state, count }) => [key, state, count.in])),
      names.map((name) => [[name, 'done', 200]]),
    );
  });

  it('a caller who stops gets its terminal back; the owner goes on with the load', async () => {
    await runHere(
      ['generate', 'scores', '--registrants', '3000', '--seed', '11', '--out', 'long.csv', '--campaign', 'long.json'],
      { directory: served.path },
    );
    assert.equal((await run('campaign import long.json')).code, 0);
    const stopping = new AbortController();
    const loading = runHere(['load', 'long.csv'], {
      directory: served.path,
      signal: stopping.signal,
      onError: (text) => text.includes('scored') && stopping.abort(),
    });
    const { code, err } = await loading;
    assert.equal(code, 1);
    assert.match(err, /interrupted\. Nothing is lost: .*resume/);
    assert.equal((await run('resume --json')).code, 0);
    const id = generateScoreCampaigns({ seed: 11 }).campaigns[0]?._id ?? '';
    const recount = (await run(`recount ${id} --json`)).json<{ equal: boolean; rows: number }>();
    assert.ok(recount.equal && recount.rows > 2_500, JSON.stringify(recount));
  });
});
