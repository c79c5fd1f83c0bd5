import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../launch.ts';
import { selfTimes, withProfile } from '../profile.ts';

const frame = (id: number, functionName: string, path: string) => ({
  id,
  callFrame: { functionName, url: path === '' ? '' : pathToFileURL(join(ROOT, path)).href, lineNumber: 9 },
});

describe('selfTimes', () => {
  it('adds what one function took in different places of the call tree, and ranks functions and parts', () => {
    const { sampledSeconds, functions, folders } = selfTimes({
      nodes: [
        frame(1, 'write', 'packages/embedded/src/level/writer.ts'),
        frame(2, '', 'node_modules/@scope/library/index.js'),
        frame(3, 'write', 'packages/embedded/src/level/writer.ts'),
        frame(4, '(garbage collector)', ''),
      ],
      samples: [1, 2, 3, 4],
      timeDeltas: [1_000_000, 500_000, 2_000_000, 500_000],
    });
    assert.equal(sampledSeconds, 4);
    assert.deepEqual(functions[0], {
      name: 'write',
      place: 'packages/embedded/src/level/writer.ts:10',
      milliseconds: 3_000,
      share: 0.75,
    });
    assert.deepEqual(
      folders.map(({ name }) => name),
      ['packages/embedded', 'node_modules/@scope/library', '(garbage collector)'],
    );
  });
});

describe('withProfile', () => {
  it('replaces the profile and keeps the chapters behind it', () => {
    const text = withProfile('# Where the time of an on-sale goes\n\nold\n\n# Another\n\nkept\n', '# New\n\nnew\n');
    assert.equal(text, '# New\n\nnew\n\n# Another\n\nkept\n');
    assert.equal(withProfile('', '# New\n'), '# New\n');
  });
});
