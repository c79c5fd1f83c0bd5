import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ownDirectory } from '@verifiedfan/platform';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { ClassicLevel } from 'classic-level';
import { freePorts } from './support/ports.ts';
import { type Ran, runHere } from './support/run-here.ts';
import { CAMPAIGN, writeExample } from './support/score-files.ts';
import { runCommand } from './support/spawn.ts';

type Finding = { check: string; ok: boolean; detail: string };
const findingOf = ({ json }: Ran, name: string): Finding | undefined =>
  json<Finding[]>().find(({ check }) => check === name);

const loadExample = async (directory: string): Promise<void> => {
  await writeExample(directory);
  await runHere(['campaign', 'import', 'campaign.json'], { directory });
  assert.equal((await runHere(['load', 'a.csv'], { directory })).code, 0);
};

/** Writes what another version would have written about the format of a store. */
const makeForeign = async (directory: string): Promise<void> => {
  const level = new ClassicLevel(directory);
  await level.put('m', '0,table,1');
  await level.close();
};

describe('doctor', () => {
  it('finds nothing wrong with a loaded directory, and changes nothing that is stored', async (test) => {
    const { path } = temporaryDirectory(test);
    await loadExample(path);
    const ran = await runHere(['doctor', '--json'], { directory: path });
    assert.deepEqual(findingOf(ran, 'stores'), { check: 'stores', ok: true, detail: 'can be read by this version' });
    assert.equal(findingOf(ran, 'data directory')?.ok, true);
    const names = ['checkpoints.sqlite', 'control.sock', 'doctor', 'owner.json', 'topics'];
    assert.deepEqual(
      readdirSync(join(path, '.verifiedfan')).filter((name) => names.includes(name)),
      ['checkpoints.sqlite'],
    );
    assert.equal((await runHere(['rows', CAMPAIGN], { directory: path })).lines().length, 2);
  });

  it('finds a store that another version wrote: exit code 1, and its name; other commands name it too', async (test) => {
    const { path } = temporaryDirectory(test);
    await loadExample(path);
    await makeForeign(join(path, '.verifiedfan/tables/demandTable'));
    const ran = await runHere(['doctor', '--json'], { directory: path });
    assert.equal(ran.code, 1);
    const finding = findingOf(ran, 'stores');
    assert.equal(finding?.ok, false);
    assert.match(finding?.detail ?? '', /^demandTable: .*format 0, this version reads 1; .*--data$/);
    assert.match((await runHere(['doctor'], { directory: path })).out, /stores +BAD +demandTable/);
    const start = ['start', '--port', String(await freePorts())];
    for (const argv of [
      ['counts', CAMPAIGN],
      ['load', 'a.csv'],
      ['resume'],
      ['recount', CAMPAIGN, '--repair'],
      start,
    ]) {
      const { code, err } = await runHere(argv, { directory: path });
      assert.equal(code, 1);
      assert.match(err, /demandTable: its directory has format 0, this version reads 1/);
    }
  });

  it('finds a damaged queue file', async (test) => {
    const { path } = temporaryDirectory(test);
    await loadExample(path);
    writeFileSync(join(path, '.verifiedfan/queues.sqlite'), 'this is no database'.repeat(100));
    const ran = await runHere(['doctor', '--json'], { directory: path });
    assert.equal(ran.code, 1);
    assert.match(findingOf(ran, 'stores')?.detail ?? '', /not a database/);
  });

  it('names the owner of a directory that is in use, which is no fault', async (test) => {
    const { path } = temporaryDirectory(test);
    const lock = ownDirectory(join(path, '.verifiedfan'), { pid: 4_711, command: 'start' });
    const ran = await runHere(['doctor', '--json'], { directory: path });
    assert.match(findingOf(ran, 'data directory')?.detail ?? '', /process 4711 \(start\)/);
    assert.deepEqual([findingOf(ran, 'data directory')?.ok, findingOf(ran, 'stores')?.ok], [true, true]);
    lock.release();
  });

  it('finds a directory that cannot be written', async (test) => {
    const { path } = temporaryDirectory(test);
    writeFileSync(join(path, 'file'), '');
    const ran = await runHere(['doctor', '--data', 'file', '--json'], { directory: path });
    assert.equal(ran.code, 1);
    for (const check of ['data directory', 'storage engines', 'stores']) assert.equal(findingOf(ran, check)?.ok, false);
  });

  it('names a port that is taken', async (test) => {
    const { path } = temporaryDirectory(test);
    const server = createServer();
    test.after(() => void server.close());
    // Taken by us, or by somebody else: taken either way.
    await new Promise<void>((done) => server.once('error', () => done()).listen(8081, '127.0.0.1', () => done()));
    const ran = await runHere(['doctor', '--json'], { directory: path });
    assert.match(findingOf(ran, 'ports')?.detail ?? '', /8081.* in use, .* --port/);
  });

  it('names the variable of a wrong configuration, not its value', async (test) => {
    const { path } = temporaryDirectory(test);
    const wrong = { LOG_LEVEL: 'ann@example.com', OTEL_COLLECTOR_PORT: '0' };
    for (const [name, value] of Object.entries(wrong)) {
      const ran = await runCommand(test, ['doctor', '--json'], { directory: path, env: { [name]: value } });
      assert.equal(ran.code, 1);
      const finding = findingOf(ran, 'configuration');
      assert.equal(finding?.ok, false);
      assert.match(finding?.detail ?? '', new RegExp(`^${name} must be `));
      assert.doesNotMatch(ran.out + ran.err, /ann@example/);
    }
  });
});
