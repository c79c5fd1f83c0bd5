import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bindColumns } from '../src/index.ts';

const columns = { required: ['memberId', 'score'], optional: ['phone'] } as const;

describe('bindColumns', () => {
  it('finds the columns in any order and ignores others', () => {
    const bound = bindColumns(['note', 'score', 'memberId'], columns);
    assert.ok(bound.outcome === 'bound');
    assert.deepEqual(bound.indexes, { memberId: 2, score: 1, phone: undefined });
  });

  it('gives every reason at once', () => {
    assert.deepEqual(bindColumns(['score', 'phone', 'score'], columns), {
      outcome: 'rejected',
      reasons: [
        { code: 'duplicate_column', position: 3, column: 'score' },
        { code: 'missing_column', column: 'memberId' },
      ],
    });
  });

  it('does not give the name of a column that nobody asked for, since it may be a value', () => {
    assert.deepEqual(bindColumns(['memberId', 'score', 'ann@example.com', 'ann@example.com'], columns), {
      outcome: 'rejected',
      reasons: [{ code: 'duplicate_column', position: 4 }],
    });
  });

  it('compares names exactly', () => {
    const { outcome } = bindColumns(['MemberId', ' score'], { required: ['memberId', 'score'] });
    assert.equal(outcome, 'rejected');
  });

  it('finds a column with the name of an inherited property only where it is', () => {
    assert.equal(bindColumns(['a'], { required: ['constructor'] }).outcome, 'rejected');
  });
});
