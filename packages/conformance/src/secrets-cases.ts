import assert from 'node:assert/strict';
import type { Secrets } from '@verifiedfan/ports';
import { assertCode } from './expect.ts';
import { type Case, createSuite } from './suite.ts';

/** Secrets with the value `s3cret-✓` under `known`. */
export type SecretsSubject = { secrets: Secrets };

export const secretsCases: readonly Case<SecretsSubject>[] = [
  {
    name: 'hands back a value, the same each time',
    async run(open) {
      const { secrets } = await open();
      assert.deepEqual(await Promise.all([secrets.get('known'), secrets.get('known')]), ['s3cret-✓', 's3cret-✓']);
    },
  },
  {
    name: 'answers not_found for a name that does not exist',
    async run(open) {
      const { secrets } = await open();
      for (const name of ['unknown', '', 'constructor', '__proto__']) await assertCode(secrets.get(name), 'not_found');
    },
  },
];

/** Registers the cases of secrets. */
export const secretsSuite = createSuite('secrets', secretsCases);
