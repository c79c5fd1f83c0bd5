import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { nameSources } from '../src/source-stacks.ts';

type Thrower = { fail(): Error };

/** A bundle whose one function came from line 7 of another file. */
const BUNDLE = 'export const fail = () => new Error("none");\n//# sourceMappingURL=index.mjs.map\n';
const MAP = { version: 3, sources: ['packages/worker/src/handler.ts'], names: [], mappings: 'AAMA' };

const setUp = async (test: TestContext, map: string | undefined) => {
  const { join } = temporaryDirectory(test);
  writeFileSync(join('index.mjs'), BUNDLE);
  if (map !== undefined) writeFileSync(join('index.mjs.map'), map);
  const { prepareStackTrace } = Error;
  test.after(() => {
    Error.prepareStackTrace = prepareStackTrace;
  });
  const url = pathToFileURL(join('index.mjs')).href;
  nameSources(url);
  const { fail } = (await import(url)) as Thrower;
  return { url, lines: (fail().stack ?? '').split('\n') };
};

describe('the stack of an error in a bundle', () => {
  it('names the source and its line, and leaves other frames as they are', async (test) => {
    const { lines } = await setUp(test, JSON.stringify(MAP));
    assert.equal(lines[0], 'Error: none');
    assert.match(lines[1] ?? '', /^ {4}at fail \(packages\/worker\/src\/handler\.ts:7:1\)$/);
    assert.match(lines[2] ?? '', /source-stacks\.test\.ts:\d+:\d+\)$/);
  });

  it('names the bundle where there is no map, or none that can be read', async (test) => {
    for (const map of [undefined, 'not JSON']) {
      const { url, lines } = await setUp(test, map);
      assert.ok(lines[1]?.includes(`${url}:1:`), lines[1]);
    }
  });
});
