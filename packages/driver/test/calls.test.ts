import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '@verifiedfan/ports';
import { type CallUse, createCalls } from '../src/calls.ts';

const open = (onUse?: (use: CallUse) => void) =>
  createCalls<CallUse>({
    options: { onUse },
    system: 'test',
    what: 'the store',
    toPortError: (cause, { operation, resource }) =>
      new PortError({ code: 'unavailable', message: `${operation} failed`, resource, cause }),
  });

const ONE: CallUse = { operation: 'get', requests: 1 };

describe('calls of a driver', () => {
  it('tell what each of them cost, also when it fails', async () => {
    const uses: CallUse[] = [];
    const calls = open((use) => uses.push(use));
    assert.equal(await calls.run('table', ONE, async () => 7), 7);
    await assert.rejects(calls.run('table', { operation: 'put', requests: 3 }, async () => Promise.reject('no')));
    assert.deepEqual(uses, [ONE, { operation: 'put', requests: 3 }]);
  });

  it('come out as errors of the port, with their cause and resource', async () => {
    const cause = new Error('reset');
    const failing = open().run('table', ONE, () => Promise.reject(cause));
    await assert.rejects(failing, { name: 'PortError', message: 'get failed', resource: 'table', cause });
  });

  it('that are under way end before the end; later ones are closed and cost nothing', async () => {
    const uses: CallUse[] = [];
    const calls = open((use) => uses.push(use));
    const { promise, resolve } = Promise.withResolvers<string>();
    const running = calls.run('table', ONE, () => promise);
    let ended = false;
    const ending = calls.end().then(() => {
      ended = true;
    });
    await assert.rejects(
      calls.run('table', ONE, async () => 1),
      { code: 'closed', message: 'the store is closed' },
    );
    assert.equal(ended, false);
    resolve('late');
    assert.equal(await running, 'late');
    await ending;
    assert.equal(uses.length, 1);
  });
});
