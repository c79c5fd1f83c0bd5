import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonValue } from '@verifiedfan/ports';
import { compilePattern } from '../../src/pattern/index.ts';

// The expectations are what the real service answers, as recorded in the public test-event-pattern cases of LocalStack, and the
// rules of https://github.com/aws/event-ruler for what those leave open.

/** Asserts which of the values of field `a` a rule lets through. */
const assertField = (rule: JsonValue[], { yes, no }: { yes: JsonValue[]; no: JsonValue[] }): void => {
  const { matches } = compilePattern({ a: rule });
  for (const value of yes) assert.equal(matches({ a: value }), true, `${JSON.stringify(value)} should match`);
  for (const value of no) assert.equal(matches({ a: value }), false, `${JSON.stringify(value)} should not match`);
};

describe('a pattern of exact values', () => {
  it('matches a value of the same type and nothing else', () => {
    assertField(['x'], { yes: ['x', ['y', 'x'], [['x']]], no: ['X', 'xy', '', null, 1, { x: 'x' }, []] });
    assertField([false], { yes: [false], no: [true, 'false', 0, null] });
    assertField(['', 'b'], { yes: ['', 'b'], no: [null, 'c'] });
  });

  it('compares numbers by value, never with numeric strings', () => {
    assertField([300], { yes: [300, 300.0, 3e2], no: ['300', 301, null] });
  });

  it('tells null from missing and from an empty array', () => {
    const { matches } = compilePattern({ a: [null] });
    assert.deepEqual([{ a: null }, {}, { a: [] }, { a: 'null' }].map(matches), [true, false, false, false]);
  });

  it('needs every field and one value of each', () => {
    const { matches } = compilePattern({ source: ['s1', 's2'], detail: { kind: ['k'] } });
    assert.equal(matches({ source: 's2', detail: { kind: 'k' } }), true);
    assert.equal(matches({ source: 's2', detail: { kind: 'other' } }), false);
    assert.equal(matches({ detail: { kind: 'k' } }), false);
  });

  it('has case-sensitive keys', () => {
    assert.equal(compilePattern({ KEY: ['v'] }).matches({ key: 'v' }), false);
  });
});

describe('numeric', () => {
  it('knows every operator and ranges', () => {
    assertField([{ numeric: ['<', 5] }], { yes: [4.9, -1], no: [5, '4', null] });
    assertField([{ numeric: ['<=', 5] }], { yes: [5], no: [5.1] });
    assertField([{ numeric: ['>', 0] }], { yes: [0.1], no: [0, '1', true] });
    assertField([{ numeric: ['>=', 0] }], { yes: [0], no: [-0.1] });
    assertField([{ numeric: ['=', 301.8] }], { yes: [3.018e2], no: [301] });
    assertField([{ numeric: ['>', 0, '<=', 5] }], { yes: [5, 1, [9, 3]], no: [0, 6, [0, 6]] });
  });
});

describe('text operators', () => {
  it('match the beginning and the end, empty ones any text', () => {
    assertField([{ prefix: 'meta:' }], { yes: ['meta:', 'meta:counts'], no: ['Meta:x', 'member:meta:', 12, null] });
    assertField([{ suffix: '.csv' }], { yes: ['.csv', 'a.csv'], no: ['a.csv.gz', 'a.CSV'] });
    assertField([{ prefix: '' }], { yes: ['', 'x'], no: [1, null] });
    assertField([{ suffix: '' }], { yes: ['', 'x'], no: [1, null] });
  });

  it('ignore case when told so', () => {
    assertField([{ 'equals-ignore-case': 'Alpha' }], { yes: ['alpha', 'ALPHA'], no: ['alph', 'alphaa'] });
    assertField([{ prefix: { 'equals-ignore-case': 'Event' } }], { yes: ['eVENTb'], no: ['evenb', 'xevent'] });
    assertField([{ suffix: { 'equals-ignore-case': '' } }], { yes: ['', 'x'], no: [1] });
    assertField([{ suffix: { 'equals-ignore-case': '.png' } }], { yes: ['a.PNG', '.pnG'], no: ['png', 'a.jpg'] });
  });

  it('match wildcards anywhere in the text', () => {
    assertField([{ wildcard: '/u/*/doc.txt' }], { yes: ['/u/a/b/doc.txt'], no: ['/u/doc.txt', '/u/a/nodoc.txt/x'] });
    assertField([{ wildcard: '/u/*/dir/dir/x' }], { yes: ['/u/a/dir/dir/dir/dir/x'], no: ['/u/a/dir/dir/y/x'] });
    assertField([{ wildcard: 'a*a' }], { yes: ['aa', 'aba'], no: ['a'] });
    assertField([{ wildcard: '*' }], { yes: ['', 'x'], no: [1] });
    assertField([{ wildcard: '*b*' }], { yes: ['abc', 'b'], no: ['ac'] });
    assertField([{ wildcard: '' }], { yes: [''], no: ['x'] });
    assertField([{ wildcard: 'a\\*\\\\*' }], { yes: ['a*\\', 'a*\\z'], no: ['ab\\'] });
  });

  it('match addresses of a network and of its family only', () => {
    const outside = ['10.0.1.0', '10.0.0.256', '::1', '::ffff:10.0.0.1', 'x', 123];
    assertField([{ cidr: '10.0.0.0/24' }], { yes: ['10.0.0.0', '10.0.0.255'], no: outside });
    const network = [{ cidr: '2001:db8:1234:1a00::/64' }];
    assertField(network, { yes: ['2001:0db8:1234:1a00:0:0:0:1'], no: ['2001:db8:123f:1a01::', '10.0.0.1'] });
    assertField([{ cidr: '0.0.0.0/0' }], { yes: ['255.1.2.3'], no: ['::'] });
  });
});

describe('anything-but', () => {
  it('matches null and other types, but not a missing field', () => {
    const { matches } = compilePattern({ a: [{ 'anything-but': 'x' }] });
    assert.deepEqual([{ a: 'y' }, { a: null }, { a: 1 }, { a: 'x' }, {}, { a: [] }, { a: {} }].map(matches), [
      ...[true, true, true],
      ...[false, false, false, false],
    ]);
  });

  it('takes lists, affixes, wildcards and text of any case', () => {
    assertField([{ 'anything-but': [100, 200] }], { yes: [101, '100', [100, 101]], no: [100, 200, [100, 200]] });
    assertField([{ 'anything-but': { prefix: ['a', 'b'] } }], { yes: ['c', 12, null], no: ['ax', 'bx'] });
    assertField([{ 'anything-but': { suffix: '.tmp' } }], { yes: ['a.csv'], no: ['a.tmp'] });
    assertField([{ 'anything-but': { wildcard: ['*/x/*'] } }], { yes: ['a/y/b', 1], no: ['a/x/b'] });
    assertField([{ 'anything-but': { 'equals-ignore-case': ['Stop'] } }], { yes: ['go', null], no: ['stop', 'STOP'] });
  });
});

describe('exists', () => {
  it('looks at values only: objects and empty arrays do not exist', () => {
    assertField([{ exists: true }], { yes: [null, '', 0, false, [1]], no: [{ b: 1 }, []] });
    assertField([{ exists: false }], { yes: [{ b: 1 }, []], no: [null, '', [1]] });
    assert.equal(compilePattern({ a: [{ exists: false }] }).matches({}), true);
  });

  it('false holds when a parent is missing, and is an alternative among others', () => {
    const { matches } = compilePattern({ new: { url: { S: [{ 'anything-but': ['x'] }, { exists: false }] } } });
    const events = [{}, { new: {} }, { new: { url: { N: '1' } } }, { new: { url: { S: 'y' } } }];
    assert.deepEqual(events.map(matches), [true, true, true, true]);
    assert.equal(matches({ new: { url: { S: 'x' } } }), false);
  });

  it('false looks at every element of an array', () => {
    const { matches } = compilePattern({ list: { id: [{ exists: false }] } });
    assert.equal(matches({ list: [{ other: 1 }, { id: 2 }] }), false);
    assert.equal(matches({ list: [{ other: 1 }, 'text'] }), true);
    assert.equal(matches({ list: [] }), true);
  });
});

describe('$or', () => {
  it('needs one of its alternatives and everything beside it', () => {
    const { matches } = compilePattern({ d: { x: [1], $or: [{ y: [1] }, { z: { deep: [1] } }] } });
    assert.equal(matches({ d: { x: 1, y: 1 } }), true);
    assert.equal(matches({ d: { x: 1, z: { deep: 1 } } }), true);
    assert.equal(matches({ d: { x: 1, z: { deep: 2 } } }), false);
    assert.equal(matches({ d: { x: 2, y: 1 } }), false);
  });

  it('nests', () => {
    const { matches } = compilePattern({ $or: [{ a: [1] }, { b: [1], $or: [{ c: [1] }, { d: [1] }] }] });
    assert.deepEqual([{ a: 1 }, { b: 1, d: 1 }, { b: 1 }, { c: 1 }].map(matches), [true, true, false, false]);
  });
});

describe('arrays and dotted keys', () => {
  it('holds all fields of an object against one and the same element of an array', () => {
    const { matches } = compilePattern({ list: { a: [1], b: [2] } });
    assert.equal(matches({ list: [{ a: 1, b: 9 }, 'text', { a: 1, b: 2 }] }), true);
    assert.equal(matches({ list: [{ a: 1 }, { b: 2 }] }), false);
    assert.equal(compilePattern({ 'list.a': [1], list: { b: [2] } }).matches({ list: [{ a: 1 }, { b: 2 }] }), false);
  });

  it('takes a dot in a key of the event or of the pattern for a step', () => {
    const nested = compilePattern({ d: { state: { status: ['on'] } } });
    const dotted = compilePattern({ d: { 'state.status': ['on'] } });
    for (const { matches } of [nested, dotted]) {
      assert.equal(matches({ d: { state: { status: 'on' } } }), true);
      assert.equal(matches({ d: { 'state.status': 'on' } }), true);
      assert.equal(matches({ 'd.state': { status: 'on' } }), true);
      assert.equal(matches({ d: { 'state.status': { status: 'on' } } }), false);
    }
    assert.equal(compilePattern({ d: { 'a.b': [{ exists: false }] } }).matches({ d: { 'a.b': 1 } }), false);
  });
});

describe('compilePattern', () => {
  it('reads only the paths it names, and those only as far as needed', () => {
    const read: string[] = [];
    const record = {
      get eventName() {
        read.push('eventName');
        return 'REMOVE';
      },
      get dynamodb() {
        read.push('dynamodb');
        return { NewImage: { kind: { S: 'order' } } };
      },
      get huge(): never {
        throw new Error('not named by the pattern');
      },
    };
    const pattern = compilePattern({ eventName: ['INSERT'], dynamodb: { NewImage: { kind: { S: ['order'] } } } });
    assert.equal(pattern.matches(record), false);
    assert.deepEqual(read, ['eventName']);
    assert.deepEqual(pattern.paths, ['eventName', 'dynamodb.NewImage.kind.S']);
  });

  it('reads getters of a class, as lazily decoded records have them', () => {
    class Lazy {
      get body(): unknown {
        return { id: 'x' };
      }
    }
    assert.equal(compilePattern({ body: { id: ['x'] } }).matches(new Lazy()), true);
  });

  it('lists the paths of $or and of dotted keys once', () => {
    assert.deepEqual(compilePattern({ $or: [{ a: { b: [1] } }, { 'a.b': [2], c: [3] }] }).paths, ['a.b', 'c']);
  });

  it('matches nothing that is no object, and takes nothing from prototypes', () => {
    const { matches } = compilePattern({ toString: [{ exists: true }] });
    assert.deepEqual([null, undefined, 'text', 1, [], [{ toString: 'x' }], {}].map(matches), Array(7).fill(false));
    assert.equal(matches({ toString: 'own' }), true);
    assert.equal(compilePattern({ length: [1] }).matches(['x']), false);
  });
});
