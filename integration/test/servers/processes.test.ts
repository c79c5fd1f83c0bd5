import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { endFamily, familyOf, findProcess, identify, isAlive, parseStat } from '../../src/servers/processes.ts';
import { IDLE, startNode } from './set-up.ts';

describe('processes', () => {
  it('are read from /proc even when their name holds spaces and parentheses', () => {
    const rest = Array.from({ length: 30 }, (_, index) => index + 5).join(' ');
    assert.deepEqual(parseStat(`42 (a) b (c)) S 7 9 ${rest}`), {
      pid: 42,
      parent: 7,
      group: 9,
      ended: false,
      began: '21',
    });
    assert.equal(parseStat(`42 (a) Z 7 9 ${rest}`)?.ended, true);
    assert.equal(parseStat('42 (cut short'), undefined);
  });

  it('are told from later ones with the same number', async (test) => {
    const { pid } = await startNode(test, IDLE);
    assert.equal(isAlive(identify(pid)), true);
    assert.equal(isAlive({ pid, began: 'another time' }), false);
  });

  it('are ended with their children, also with those that left the group', async (test) => {
    const grandchild = JSON.stringify(IDLE);
    const { pid } = await startNode(
      test,
      `const child = require('node:child_process').spawn(process.execPath, ['-e', ${grandchild}], { detached: true });
       child.stdout.once('data', () => console.log(child.pid)); setInterval(() => {}, 1000)`,
    );
    const family = [...familyOf(pid)].map(identify);
    assert.equal(family.length, 2);
    await endFamily(identify(pid));
    assert.deepEqual(family.filter(isAlive), []);
  });

  it('are killed when they do not end by themselves', async (test) => {
    const child = await startNode(test, `process.on('SIGTERM', () => {}); ${IDLE}`);
    const ended = once(child, 'exit');
    await endFamily(identify(child.pid), { graceMs: 100 });
    assert.deepEqual(await ended, [null, 'SIGKILL']);
    assert.equal(findProcess(child.pid), undefined);
  });

  it('are left alone when they are not the ones that were written down', async (test) => {
    const { pid } = await startNode(test, IDLE);
    await endFamily({ pid, began: 'another time' });
    assert.equal(isAlive(identify(pid)), true);
  });
});
