import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { freePorts } from './support/ports.ts';
import { runHere } from './support/run-here.ts';
import { writeExample } from './support/score-files.ts';
import { runCommand, spawnCommand } from './support/spawn.ts';

type Line = { service: string; resource: string; operation: string; units: number; dollars: number };
type Report = { bill?: { lines: Line[]; dollars: number; date: string } };

describe('--bill', () => {
  const directory = temporaryDirectory();
  const run = (...argv: string[]) => runHere(argv, { directory: directory.path });
  before(async () => {
    await writeExample(directory.path);
    assert.equal((await run('campaign', 'import', 'campaign.json')).code, 0);
  });
  after(() => directory.remove());

  it('reports what a load used, and its price; nothing without it', async () => {
    const { bill } = (await run('load', 'a.csv', '--bill', '--json')).json<Report>();
    const puts = bill?.lines.find(({ resource, operation }) => resource === 'scoresStream' && operation === 'putMany');
    assert.deepEqual([puts?.service, puts?.units], ['Kinesis', 2]);
    const sum = bill?.lines.reduce((total, { dollars }) => total + dollars, 0) ?? Number.NaN;
    assert.ok(sum > 0 && Math.abs(sum - (bill?.dollars ?? 0)) < 1e-12);
    assert.equal((await run('load', 'a.csv', '--json')).json<Report>().bill, undefined);
  });

  it('shows people a table with a total', async () => {
    const { out } = await run('onsale', '--registrants', '20', '--seed', '5', '--bill');
    assert.match(out, /DynamoDB +demandTable +updateMany/);
    assert.match(out, /\$0\.00\d\d at the prices of us-east-1/);
  });

  it('asks for an estate that counts, where one runs that does not', async (test) => {
    const port = await freePorts();
    const options = { directory: directory.path };
    const owner = spawnCommand(test, ['start', '--no-sample', '--port', String(port)], options);
    await owner.printed('Ctrl-C');
    const refused = await runCommand(test, ['load', 'a.csv', '--bill'], options);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /start it with --bill/);
    owner.kill('SIGTERM');
    await owner.ended;
  });
});

describe('--platform aws', () => {
  it('asks for the stage before it does anything', async (test) => {
    const directory = temporaryDirectory();
    test.after(() => directory.remove());
    const env = { RESOURCE_PREFIX: 'Not A Prefix' };
    const wrong = await runCommand(test, ['start', '--platform', 'aws'], { directory: directory.path, env });
    assert.match(wrong.err, /prefix of resources/);
    const missing = await runHere(['start', '--platform', 'aws'], { directory: directory.path });
    assert.match(missing.err, /RESOURCE_PREFIX/);
    assert.notEqual(missing.code, 0);
    const unknown = await runHere(['start', '--platform', 'azure'], { directory: directory.path });
    assert.equal(unknown.code, 2);
  });
});
