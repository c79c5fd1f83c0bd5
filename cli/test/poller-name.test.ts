import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { it } from 'node:test';
import { createSeededRandom } from '@verifiedfan/test-utils';
import { pollerName } from '../src/run/open-on-aws.ts';

it('a process that polls a stage has a name of its own, even beside one of the same host and number', () => {
  const random = createSeededRandom({ seed: 'pollers' });
  const [one, other] = [pollerName({ random }), pollerName({ random })];
  assert.notEqual(one, other);
  for (const name of [one, other]) assert.ok(name.startsWith(`${hostname()}:${process.pid}:`));
});
