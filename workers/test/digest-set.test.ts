import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDigestSet } from '../scoring/domain/digest-set.ts';
import { createChance } from './support/chance.ts';

describe('a digest set', () => {
  it('has what was added and nothing else, as a set of texts does, while it grows', () => {
    const chance = createChance('digests');
    const digests = createDigestSet();
    const texts = new Set<string>();
    for (let step = 0; step < 30_000; step += 1) {
      const text = `m tour fan-${chance.between(0, 20_000)}`;
      assert.equal(digests.has(text), texts.has(text), text);
      digests.add(text);
      texts.add(text);
    }
    assert.equal(digests.size, texts.size);
    for (const text of texts) assert.ok(digests.has(text));
  });

  it('tells texts apart that are nearly the same', () => {
    const digests = createDigestSet();
    const texts = ['', ' ', 'a', 'A', 'a ', ' a', 'ä', 'a\u0308', '\u0000'];
    for (const [at, text] of texts.entries()) {
      assert.equal(digests.has(text), false, JSON.stringify(text));
      digests.add(text);
      assert.equal(digests.size, at + 1);
    }
  });
});
