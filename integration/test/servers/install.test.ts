import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isInstalled } from '../../src/servers/install.ts';
import { findPrograms, missingPrograms, requirePrograms, runLogged, tailOf } from '../../src/servers/programs.ts';
import { coordinates, isMainProof, proofs } from '../../src/servers/recipes.ts';
import { temporaryFolder, writeFiles } from './set-up.ts';

const recipe = { kind: 'maven', group: 'com.example', artifact: 'thing' } as const;
const marker = JSON.stringify({ what: 'com.example:thing:1.0.0', sizes: { 'other.jar': 2, 'thing-1.0.0.jar': 4 } });
const whole = { 'thing-1.0.0.jar': 'four', 'other.jar': 'ab', 'installed.json': marker };

describe('an installation', () => {
  it('counts when everything is there as it was installed', async (test) => {
    const folder = await temporaryFolder(test);
    writeFiles(folder, whole);
    assert.equal(isInstalled(recipe, '1.0.0', folder), true);
  });

  for (const [damage, files] of Object.entries({
    'is not there': {},
    'was cut off before its end': { 'thing-1.0.0.jar': 'four', 'other.jar': 'ab' },
    'has a file that was cut short': { ...whole, 'other.jar': 'a' },
    'lacks a file': { 'thing-1.0.0.jar': 'four', 'installed.json': marker },
    'has a file too many': { ...whole, 'third.jar': 'abc' },
    'has a damaged marker': { ...whole, 'installed.json': '{' },
    'is of another version': { ...whole, 'installed.json': marker.replaceAll('1.0.0', '0.9.0') },
  })) {
    it(`does not count when it ${damage}`, async (test) => {
      const folder = await temporaryFolder(test);
      writeFiles(folder, files);
      assert.equal(isInstalled(recipe, '1.0.0', folder), false);
    });
  }

  it('is proven by the files of each registry', async (test) => {
    const folder = await temporaryFolder(test);
    writeFiles(folder, {
      'lib/python3.11/site-packages/thing-1.0.0.dist-info/METADATA': '',
      'lib/python3.11/site-packages/thing-1.0.0.dist-info/RECORD': '',
      'pyvenv.cfg': '',
      'package-lock.json': '{}',
      'node_modules/thing/package.json': '{}',
    });
    for (const kind of ['pip', 'npm'] as const) {
      const found = proofs({ kind, package: 'thing' }, '1.0.0', folder);
      assert.equal(found.filter((file) => isMainProof({ kind, package: 'thing' }, '1.0.0', file)).length, 1);
    }
    assert.deepEqual(
      proofs({ kind: 'pip', package: 'thing' }, '2.0.0', folder).filter((file) => file.endsWith('METADATA')),
      [],
    );
  });

  it('is named as its registry names it', () => {
    assert.equal(coordinates({ kind: 'pip', package: 'thing', extras: ['full'] }, '1'), 'thing[full]==1');
    assert.equal(coordinates({ kind: 'npm', package: 'thing' }, '1'), 'thing@1');
  });
});

describe('programs of the machine', () => {
  it('that are missing are named together, with how to get them', () => {
    assert.throws(() => requirePrograms(['no-such-program', 'nor-this'], 'a thing'), {
      code: 'missing_program',
      message: /a thing needs no-such-program and nor-this/,
    });
    assert.match(missingPrograms(['python3'], 'ministack').message, /apt-get install python3 python3-venv/);
  });

  it('are found in the newest of several folders', async (test) => {
    const folder = await temporaryFolder(test);
    for (const version of ['9', '15']) {
      writeFiles(folder, { [`${version}/bin/thing`]: '' });
      chmodSync(join(folder, version, 'bin/thing'), 0o755);
    }
    writeFiles(folder, { '16/bin/thing': 'not executable' });
    assert.equal(findPrograms(['thing'], [join(folder, '*/bin')]), join(folder, '15/bin'));
    assert.equal(findPrograms(['thing', 'other'], [join(folder, '*/bin')]), undefined);
  });

  it('that fail show the end of what they said', async (test) => {
    const cwd = await temporaryFolder(test);
    const log = join(cwd, 'log');
    const options = { cwd, log, failure: 'install_failed' as const };
    await runLogged(process.execPath, ['-e', 'console.log("fine")'], options);
    const failing = runLogged(
      process.execPath,
      ['-e', 'console.error("the disk is full"); process.exitCode = 3'],
      options,
    );
    await assert.rejects(failing, { code: 'install_failed', message: /ended with 3[\s\S]*the disk is full/ });
    await assert.rejects(runLogged('no-such-program', [], options), { message: /ENOENT/ });
    assert.equal(tailOf(join(cwd, 'none')), '');
  });
});
