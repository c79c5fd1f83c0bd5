import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { workers } from '@verifiedfan/workers';
import { makeBundleFolders } from './support/bundle-folders.ts';
import { CONTEXT, ROOT } from './support/synthesise.ts';

/** As docs/deploy.md has it, but for the bundles and the place of the templates. */
const list = (directory: string, context: Readonly<Record<string, string>>) => {
  const bundles = makeBundleFolders(directory, Object.keys(workers));
  const settings = Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const app = `${process.execPath} src/synth.ts --cdk --bundles ${bundles}`;
  return spawnSync(
    process.execPath,
    ['node_modules/aws-cdk/bin/cdk', 'list', '--no-notices', '--app', app, '--output', `${directory}/out`, ...settings],
    { cwd: `${ROOT}runtime/aws`, encoding: 'utf8' },
  );
};

describe('the CDK command line', () => {
  it('reads the templates that the library writes: the two have versions of their own, and not all go together', (test) => {
    const directory = mkdtempSync(join(tmpdir(), 'verifiedfan-command-'));
    test.after(() => rmSync(directory, { recursive: true, force: true }));
    const { status, stdout, stderr } = list(directory, CONTEXT);
    assert.equal(status, 0, stderr);
    const stacks = stdout.trim().split('\n').sort();
    assert.deepEqual(stacks, ['verifiedfan-test-api', 'verifiedfan-test-onsale', 'verifiedfan-test-services']);
  });

  it('says what is wrong with a setting', (test) => {
    const directory = mkdtempSync(join(tmpdir(), 'verifiedfan-command-'));
    test.after(() => rmSync(directory, { recursive: true, force: true }));
    const { status, stderr } = list(directory, { ...CONTEXT, alarmEmial: 'operator@example.org' });
    assert.notEqual(status, 0);
    assert.match(stderr, /alarmEmial is no setting/);
  });
});
