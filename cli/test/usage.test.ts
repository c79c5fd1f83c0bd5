import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { runHere } from './support/run-here.ts';

const directory = temporaryDirectory();

/** What is typed, and what the message must say about what is right. */
const WRONG: readonly (readonly [line: string, right: RegExp])[] = [
  ['', /Usage: verifiedfan/],
  ['strat', /unknown command 'strat'[\s\S]*start/],
  ['generate', /Usage: verifiedfan generate/],
  ['generate score', /unknown command 'score'[\s\S]*scores/],
  ['counts', /missing required argument 'campaign'/],
  ['counts a b', /too many arguments/],
  ['counts a --jsn', /unknown option '--jsn'[\s\S]*--json/],
  ['counts a/b', /1 to 128 of A-Z a-z 0-9/],
  ['counts a --data', /--data <dir>.*argument missing/],
  ['rows ../a', /1 to 128 of/],
  ['recount tour%2f2027', /1 to 128 of/],
  ['start --port 0', /a port from 1 to 65532/],
  ['start --port 65533', /a port from 1 to 65532/],
  ['start --port http', /a port from 1 to 65532/],
  ['generate scores --registrants 5 --seed 1', /required option '--out <file>'/],
  ['generate scores --registrants -5 --seed 1 --out x', /whole number from 0 to/],
  ['generate scores --registrants 1e3 --seed 1 --out x', /whole number from 0 to/],
  ['generate scores --registrants 4294967296 --seed 1 --out x', /whole number from 0 to 4294967295/],
  ['onsale --registrants 10 --seed 1.5', /whole number from 0 to/],
  ['load', /missing required argument 'files'/],
  ['load missing.csv', /there is no file .*missing\.csv/],
  ['load folder', /folder is not a file/],
  ['campaign import missing.json', /there is no file .*missing\.json/],
  ['campaign import folder', /folder is not a file/],
  ['campaign import broken.json', /broken\.json is not JSON/],
  ['campaign import list.json', /must be \{ "campaigns": \[/],
  ['invoke nobody --event list.json', /There is no worker "nobody"; the workers are .*loadScoresToDynamoDB/],
  ['invoke __proto__ --event list.json', /There is no worker "__proto__"/],
  ['invoke saveEntryScoring', /required option '--event <file>'/],
  ['invoke saveEntryScoring --event missing.json', /there is no file/],
  ['invoke saveEntryScoring --event broken.json', /broken\.json is not JSON/],
  ['tail nowhere', /nowhere cannot be tailed; there are scoresStream.*sandbox\/slack/],
  ['tail constructor', /constructor cannot be tailed/],
  ['tail sandbox/../../secrets', /cannot be tailed/],
  ['tail scoringBucket', /scoringBucket cannot be tailed/],
  ['dead-letters shwo', /too many arguments|unknown command/],
  ['dead-letters show nothing', /there is no dead letter nothing/],
  ['dead-letters redrive nothing', /there is no dead letter nothing/],
  ['counts a --platform azure', /embedded, aws/],
  ['counts a --platform aws', /RESOURCE_PREFIX must say whose resources/],
  ['dead-letters --platform aws', /RESOURCE_PREFIX must say/],
  ['dead-letters redrive nothing --platform aws', /RESOURCE_PREFIX must say/],
  ['recount a --repair --platform aws', /RESOURCE_PREFIX must say/],
  ['dead-letters recover loadScoresToDynamoDB', /only Lambda gives up so: --platform aws/],
  ['token --campaign tour', /ID=ACTION,ACTION, such as tour-2027=read,update/],
  ['token --campaign tour=', /ID=ACTION,ACTION/],
  ['token --campaign a=b=c', /ID=ACTION,ACTION/],
];

describe('wrong usage', () => {
  before(() => {
    mkdirSync(directory.join('folder'));
    writeFileSync(directory.join('broken.json'), '{ "email": ann@example.com }');
    writeFileSync(directory.join('list.json'), '[]');
  });
  after(() => directory.remove());

  for (const [line, right] of WRONG) {
    it(`${line === '' ? 'no command' : line} → 2, a message that says what is right, nothing on standard output`, async () => {
      const argv = line.split(' ').filter((word) => word !== '');
      const { code, out, err } = await runHere(argv, { directory: directory.path });
      assert.equal(code, 2, err);
      assert.equal(out, '');
      assert.match(err, right);
      assert.doesNotMatch(err, /ann@example/, 'a message quotes a document');
      assert.doesNotMatch(err, /\n {4}at /, 'a message is a stack');
    });
  }

  it('leaves standard output empty with --json, too', async () => {
    for (const argv of [
      ['counts', 'a/b', '--json'],
      ['load', 'missing.csv', '--json'],
      ['tail', 'nowhere', '--json'],
    ]) {
      const { code, out } = await runHere(argv, { directory: directory.path });
      assert.deepEqual([argv[0], code, out], [argv[0], 2, '']);
    }
  });

  it('an empty --data is not the working directory', async () => {
    const { code, err } = await runHere(['counts', 'a', '--data', ''], { directory: directory.path });
    assert.equal(code, 2);
    assert.match(err, /must not be empty/);
    assert.ok(!readdirSync(directory.path).includes('owner.lock'));
  });

  it('redrives nothing when one of the ids is unknown', async () => {
    const { code } = await runHere(['dead-letters', 'redrive', 'one', 'two', '--json'], { directory: directory.path });
    assert.equal(code, 2);
  });
});

describe('help', () => {
  const commands = ['', 'start', 'generate', 'generate scores', 'campaign', 'campaign import', 'load', 'resume'];
  const others = ['onsale', 'counts', 'recount', 'rows', 'dead-letters', 'dead-letters list', 'dead-letters show'];
  const rest = ['dead-letters redrive', 'invoke', 'token', 'tail', 'workers', 'resources', 'doctor'];
  for (const line of [...commands, ...others, ...rest]) {
    it(`verifiedfan ${line} --help → 0, on standard output, and no data directory is made`, async (test) => {
      const { path } = temporaryDirectory(test);
      const argv = line.split(' ').filter((word) => word !== '');
      const { code, out, err } = await runHere([...argv, '--help'], { directory: path });
      assert.deepEqual([code, err], [0, '']);
      assert.match(out, new RegExp(`^Usage: verifiedfan ${line}`.trimEnd()));
      assert.deepEqual(readdirSync(path), []);
    });
  }

  it('names every command of the contract, and --data and --json with each that does something', async () => {
    const { out } = await runHere(['--help'], { directory: directory.path });
    for (const name of ['start', 'generate', 'campaign', 'load', 'resume', 'onsale', 'counts', 'recount', 'rows'])
      assert.match(out, new RegExp(`^ +${name}\\b`, 'm'));
    for (const name of ['dead-letters', 'invoke', 'token', 'tail', 'workers', 'resources', 'doctor'])
      assert.match(out, new RegExp(`^ +${name}\\b`, 'm'));
    const { out: load } = await runHere(['load', '--help'], { directory: directory.path });
    assert.match(load, /--data <dir>/);
    assert.match(load, /--json/);
  });
});
