import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Claim, type Standing, settle, withdraw } from '../src/index.ts';

type Content = { score: number };
const claim = (file: string, load: number, scoredAtMs: number, line = 1, score = load / 100): Claim<Content> => ({
  file,
  load,
  line,
  scoredAtMs,
  content: { score },
});

const settleAll = (claims: Claim<Content>[]): Standing<Content> | undefined =>
  claims.reduce<Standing<Content> | undefined>((standing, next) => settle(standing, next).standing, undefined);

const permutations = <T>(items: T[]): T[][] =>
  items.length < 2
    ? [items]
    : items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));

const sorted = (standing: Standing<Content> | undefined) =>
  standing && { ...standing, others: standing.others.toSorted((a, b) => a.load - b.load) };

describe('settle', () => {
  it('lets the newest row of different files hold, for every order of arrival', () => {
    const claims = [claim('a', 1, 500), claim('b', 2, 900), claim('c', 3, 100), claim('a', 4, 700)];
    const expected = sorted(settleAll(claims));
    assert.equal(expected?.holder.file, 'b');
    for (const order of permutations(claims)) assert.deepEqual(sorted(settleAll([...order, ...order])), expected);
  });

  it('lets a later upload of the same file replace a row that was scored later', () => {
    const result = settle(settleAll([claim('a', 1, 900)]), claim('a', 2, 100));
    assert.equal(result.effect, 'updated');
    assert.equal(result.standing.holder.load, 2);
    assert.equal(settle(result.standing, claim('a', 1, 900)).effect, 'unchanged');
  });

  it('brings a hidden row of another file back when the holder is lowered', () => {
    const standing = settleAll([claim('a', 1, 900), claim('b', 2, 500)]);
    const result = settle(standing, claim('a', 3, 100));
    assert.equal(result.standing.holder.file, 'b');
    assert.equal(result.effect, 'updated');
  });

  it('breaks ties of time by load number, then by line', () => {
    assert.equal(settleAll([claim('b', 2, 5), claim('a', 1, 5)])?.holder.file, 'b');
    assert.equal(settleAll([claim('a', 1, 5, 9), claim('a', 1, 5, 4)])?.holder.line, 9);
  });

  it('moves the version alone when a later upload says the same', () => {
    const result = settle(settleAll([claim('a', 1, 5, 1, 0.5)]), claim('a', 2, 5, 1, 0.5));
    assert.equal(result.effect, 'moved');
    assert.equal(result.standing.holder.load, 2);
  });

  it('calls a repetition unchanged and an older row of another file hidden', () => {
    const standing = settleAll([claim('a', 1, 5)]);
    assert.equal(settle(standing, claim('a', 1, 5)).effect, 'unchanged');
    assert.equal(settle(standing, claim('b', 2, 4)).effect, 'hidden');
  });
});

describe('withdraw', () => {
  it('frees a key whose only claim is taken back', () => {
    const result = withdraw(settleAll([claim('a', 1, 5)]), { file: 'a', belowLoad: 2 });
    assert.deepEqual(result, { standing: undefined, effect: 'removed' });
  });

  it('uncovers the newest of the hidden rows', () => {
    const standing = settleAll([claim('a', 1, 9), claim('b', 2, 4), claim('c', 3, 6)]);
    const result = withdraw(standing, { file: 'a', belowLoad: 4 });
    assert.equal(result.effect, 'uncovered');
    assert.equal(result.standing?.holder.file, 'c');
  });

  it('drops a hidden row without touching the holder', () => {
    const result = withdraw(settleAll([claim('a', 1, 9), claim('b', 2, 4)]), { file: 'b', belowLoad: 3 });
    assert.equal(result.effect, 'dropped');
    assert.deepEqual(result.standing?.others, []);
  });

  it('leaves what a later upload says alone', () => {
    const standing = settleAll([claim('a', 3, 9)]);
    assert.equal(withdraw(standing, { file: 'a', belowLoad: 3 }).effect, 'none');
    assert.equal(withdraw(undefined, { file: 'a', belowLoad: 3 }).effect, 'none');
  });
});
