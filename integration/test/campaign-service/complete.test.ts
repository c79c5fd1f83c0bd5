import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const ROOT = join(import.meta.dirname, '../../..');
const IMPORTED = /\.\.\/(services\/[a-z-]+\/test\/[a-z/-]+\.test\.ts)'/g;

/** Nothing in these depends on where things are stored. */
const APART = [
  'services/campaign-service/test/client.test.ts',
  'services/campaign-service/test/open-api.test.ts',
  'services/campaign-service/test/settings.test.ts',
  'services/entry-service/test/client.test.ts',
];

describe('the cases of the services', () => {
  it('all run on servers here, but for those that store nothing', () => {
    const files = globSync('services/*/test/**/*.test.ts', { cwd: ROOT }).sort();
    const here = globSync('integration/test/{campaign,entry}-service/*.test.ts', { cwd: ROOT });
    const imported = here.flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORTED)].map(([, path = '']) => path),
    );
    assert.deepEqual([...imported, ...APART].sort(), files);
  });
});
