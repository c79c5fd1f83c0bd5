import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkFile, undocumented } from './check-structure.ts';

const folders = new Map([
  ['@verifiedfan/ports', 'packages/ports/'],
  ['@verifiedfan/embedded', 'packages/embedded/'],
  ['@verifiedfan/workers', 'workers/'],
]);
const check = (
  file: string,
  text: string,
  declared = ['@verifiedfan/ports', '@verifiedfan/embedded', '@verifiedfan/workers'],
) => checkFile(file, text, folders, new Set(declared));

describe('the check of the structure', () => {
  it('lets a worker stand on a package', () => {
    assert.deepEqual(check('workers/a.ts', "import type { Clock } from '@verifiedfan/ports';"), []);
  });

  it('refuses an import of what stands above', () => {
    const [fault] = check('packages/ports/src/a.ts', "import { workers } from '@verifiedfan/workers';");
    assert.match(fault ?? '', /stands above/);
  });

  it('lets nothing but the platform construct drivers', () => {
    const text = "import { openLevelTable } from '@verifiedfan/embedded';";
    assert.match(check('workers/a.ts', text)[0] ?? '', /only runtime\/platform/);
    assert.deepEqual(check('runtime/platform/src/a.ts', text), []);
    assert.deepEqual(check('workers/test/a.test.ts', text), []);
  });

  it('refuses an import that the package does not declare', () => {
    const [fault] = check('workers/a.ts', "import type { Clock } from '@verifiedfan/ports';", []);
    assert.match(fault ?? '', /not declared/);
  });

  it('finds the clock, chance and the environment in code, and not in comments', () => {
    for (const text of ['Date.now()', 'new Date()', 'Math.random()', 'process.env.HOME', 'randomUUID()']) {
      assert.equal(check('workers/a.ts', `const a = ${text};`).length, 1, text);
      assert.deepEqual(check('workers/a.ts', `// ${text}\n/* ${text} */`), [], text);
    }
  });

  it('finds dependencies that nobody gave a reason for', () => {
    const manifests = [{ name: 'a', dependencies: { koa: '3', 'left-pad': '1', '@verifiedfan/ports': '0.1.0' } }];
    assert.deepEqual(undocumented(manifests, 'we use `koa`'), [
      'a: docs/dependencies.md does not say why left-pad is there',
    ]);
  });
});
