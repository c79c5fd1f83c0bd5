import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeAppSyncAuthorizerInput, temporaryDirectory } from '@verifiedfan/test-utils';
import { testBundles } from './support/bundles.ts';
import { startFunction } from './support/function.ts';

const CLIENT = fileURLToPath(import.meta.resolve('./support/runtime-client.ts'));
/** As Lambda starts Node; V8 takes no cache under other flags than it was made under. */
const FLAGS = ['--expose-gc', '--max-semi-space-size=88', '--max-old-space-size=1592'];
const CACHE = `code-${process.versions.node}-${process.arch}.cache`;

const bundleOf = testBundles('code-cache', { names: ['validateToken'], codeCache: true });

/** Starts a copy of the bundle, hands it one event, and says what it answered and wrote. */
const start = async (context: TestContext, { change = (_folder: string): void => {}, flags = FLAGS } = {}) => {
  const bundle = bundleOf('validateToken');
  // Beside the original, where it finds the native engine.
  const folder = `${bundle.folder}-copy`;
  cpSync(bundle.folder, folder, { recursive: true });
  change(folder);
  const { answer, stop } = await startFunction(context, {
    bundle: { ...bundle, folder },
    data: temporaryDirectory(context).path,
    program: [...flags, CLIENT, join(folder, 'index.mjs')],
    environment: { LOG_LEVEL: 'info' },
  });
  const { isAuthorized } = await answer<{ isAuthorized: boolean }>(makeAppSyncAuthorizerInput());
  return { isAuthorized, log: (await stop()).log };
};

describe('a bundle with a code cache', () => {
  it('has one for the Node that made it, and names it so', () => {
    const names = readdirSync(bundleOf('validateToken').folder).sort();
    assert.deepEqual(names, [CACHE, 'code.cjs', 'code.cjs.map', 'index.mjs'].sort());
  });

  it('starts from it and says nothing of it', async (context) => {
    const { isAuthorized, log } = await start(context);
    assert.equal(isAuthorized, false);
    assert.doesNotMatch(log, /code cache/);
  });

  it('starts without it under another Node, and says so', async (context) => {
    const change = (folder: string): void =>
      renameSync(join(folder, CACHE), join(folder, basename(CACHE).replace(process.versions.node, '24.0.0')));
    const { isAuthorized, log } = await start(context, { change });
    assert.equal(isAuthorized, false);
    assert.match(log, /"codeCache":"missing".*started without a code cache/);
  });

  it('starts without it where V8 refuses it: under other flags, or cut off', async (context) => {
    const refused = /"codeCache":"refused".*started without a code cache/;
    assert.match((await start(context, { flags: [] })).log, refused);
    const cut = (folder: string): void =>
      writeFileSync(join(folder, CACHE), readFileSync(join(folder, CACHE)).subarray(0, 10_000));
    assert.match((await start(context, { change: cut })).log, refused);
  });
});
