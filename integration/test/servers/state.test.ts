import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { endAbandonedRuns, giveAway, ownRun } from '../../src/run/abandoned.ts';
import { addressOf, endRun, statusOf, stopServers } from '../../src/servers/manager.ts';
import { freePorts } from '../../src/servers/ports.ts';
import { identify, isAlive } from '../../src/servers/processes.ts';
import { conditionOf, listRuns, readState, stateFile, writeState } from '../../src/servers/state.ts';
import { aState, IDLE, startNode, temporaryFolder, writeFiles } from './set-up.ts';

const setUp = async (test: TestContext) => {
  const cache = await temporaryFolder(test);
  const data = join(cache, 'data');
  mkdirSync(data);
  return { place: { cache, run: 'a' }, data };
};

describe('what is written down of servers', () => {
  it('says that one runs as long as its process does', async (test) => {
    const { place, data } = await setUp(test);
    const child = await startNode(test, IDLE);
    assert.equal(conditionOf(readState(place, 'redis')), 'stopped');
    writeState(place, { ...aState(child.pid, data), ready: false });
    assert.equal(conditionOf(readState(place, 'redis')), 'starting');
    writeState(place, aState(child.pid, data));
    assert.equal(addressOf('redis', place), 'redis://127.0.0.1:1');
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    assert.equal(conditionOf(readState(place, 'redis')), 'stale');
    assert.throws(() => addressOf('redis', place), { code: 'not_running', message: /npm run test:integration/ });
  });

  it('is forgotten by stop, which ends the process and removes its data', async (test) => {
    const { place, data } = await setUp(test);
    const { pid } = await startNode(test, IDLE);
    const state = aState(pid, data);
    writeState(place, state);
    assert.deepEqual(await stopServers(['redis'], place), ['redis']);
    assert.equal(isAlive(state.process), false);
    assert.equal(existsSync(data), false);
    assert.equal(readState(place, 'redis'), undefined);
  });

  it('never leads to another process that has the number now', async (test) => {
    const { place, data } = await setUp(test);
    const { pid } = await startNode(test, IDLE);
    writeState(place, aState(pid, data, 'before the machine was restarted'));
    assert.deepEqual(await stopServers(['redis'], place), []);
    assert.equal(isAlive(identify(pid)), true);
    assert.equal(readState(place, 'redis'), undefined);
  });

  it('may be damaged without harm', async (test) => {
    const { place } = await setUp(test);
    writeFiles(place.cache, { 'run/a/redis.json': '{ "name": "red' });
    assert.equal(readState(place, 'redis'), undefined);
    assert.equal(statusOf(place).find(({ name }) => name === 'redis')?.condition, 'stopped');
  });

  it('is kept apart by run, and a run is ended as a whole', async (test) => {
    const { place, data } = await setUp(test);
    const { pid } = await startNode(test, IDLE);
    writeState(place, aState(pid, data));
    assert.deepEqual(await stopServers(['redis'], { ...place, run: 'b' }), []);
    assert.deepEqual(listRuns(place.cache), ['a']);
    await endRun(place);
    assert.equal(existsSync(stateFile(place, 'redis')), false);
    assert.deepEqual(listRuns(place.cache), []);
  });

  it('stops PostgreSQL only with what needs it', async (test) => {
    const { place, data } = await setUp(test);
    const children = await Promise.all([startNode(test, IDLE), startNode(test, IDLE)]);
    for (const [index, name] of (['postgresql', 'unleash'] as const).entries()) {
      const own = join(data, name);
      mkdirSync(own);
      writeState(place, { ...aState(children[index]?.pid ?? 0, own), name });
    }
    assert.deepEqual((await stopServers(['postgresql'], place)).sort(), ['postgresql', 'unleash']);
  });
});

describe('runs of tests', () => {
  it('that were killed are ended by the next one, others are not', async (test) => {
    const { place, data } = await setUp(test);
    const ours = await startNode(test, IDLE);
    const state = aState(ours.pid, data);
    writeState(place, state);
    ownRun(place);
    assert.deepEqual(await endAbandonedRuns(place.cache), []);
    writeFiles(place.cache, { 'run/a/owner': JSON.stringify({ pid: process.pid, began: 'before' }) });
    assert.deepEqual(await endAbandonedRuns(place.cache), ['a']);
    assert.equal(isAlive(state.process), false);
  });

  it('that were given to people stay', async (test) => {
    const { place } = await setUp(test);
    writeFiles(place.cache, { 'run/a/owner': JSON.stringify({ pid: process.pid, began: 'before' }) });
    giveAway(place);
    assert.deepEqual(await endAbandonedRuns(place.cache), []);
  });
});

describe('freePorts', () => {
  it('finds different ports that can be listened on', async () => {
    const ports = await freePorts(20);
    assert.equal(new Set(ports).size, 20);
    assert.ok(ports.every((port) => port > 1_023 && port < 65_536));
  });
});
