import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGate, createManualClock, createSeededRandom, nextTurn, request } from '@verifiedfan/test-utils';
import { createSandbox, type StandInDefinition } from '../src/index.ts';
import { startSandbox } from './set-up.ts';

/** A stand-in of a few lines, as a later one begins: it counts what it did. */
const counter: StandInDefinition = {
  name: 'counter',
  create({ log }) {
    let count = 0;
    return {
      routes: [
        {
          name: 'add',
          methods: ['POST'],
          path: '/v1/things/:id',
          async handle({ params }) {
            count += 1;
            await log.append({ id: params.id ?? '' });
            return { status: 201, headers: { 'x-count': String(count) }, body: 'added to the list' };
          },
        },
        {
          name: 'count',
          methods: ['GET'],
          path: '/v1/count',
          handle: () => ({ status: 200, headers: {}, body: String(count) }),
        },
      ],
      reset() {
        count = 0;
      },
    };
  },
};
const standIns = [counter];

describe('createSandbox', () => {
  it('says in every answer that it is a stand-in', async (test) => {
    const { post, url } = await startSandbox(test, { standIns });
    const answers = [await post('/counter/v1/things/a%20b', {}), await request({ url: `${url}/counter/nowhere` })];
    for (const { headers } of answers) assert.equal(headers['x-stand-in'], 'counter; this is not the real service');
    assert.deepEqual(
      answers.map(({ status }) => status),
      [201, 404],
    );
  });

  it('hands over decoded parts of the path and keeps what a stand-in stores', async (test) => {
    const { post, sandbox } = await startSandbox(test, { standIns });
    await post('/counter/v1/things/a%20b', {});
    const received = await sandbox.standIn('counter').received();
    assert.deepEqual(received, [{ position: 1, entry: { id: 'a b' } }]);
  });

  it('names the methods that a path takes', async (test) => {
    const { url } = await startSandbox(test, { standIns });
    const { status, headers } = await request({ url: `${url}/counter/v1/things/1` });
    assert.deepEqual([status, headers.allow], [405, 'POST']);
  });

  it('refuses a body over a megabyte', async (test) => {
    const { url } = await startSandbox(test, { standIns });
    const answer = await request({ url: `${url}/counter/v1/things/1`, body: 'x'.repeat(1_048_577) });
    assert.equal(answer.status, 413);
  });

  it('answers 500 when a stand-in throws', async (test) => {
    const broken: StandInDefinition = {
      name: 'broken',
      create: () => ({
        routes: [{ name: 'x', methods: ['GET'], path: '/x', handle: () => Promise.reject(new Error('inside')) }],
        reset() {},
      }),
    };
    const { url } = await startSandbox(test, { standIns: [broken] });
    const answer = await request({ url: `${url}/broken/x` });
    assert.deepEqual([answer.status, answer.text], [500, '{"error":"stand_in_failed"}']);
  });

  it('has an address only while it listens, and fails on a port that is taken', async (test) => {
    const { url } = await startSandbox(test, { standIns });
    const other = createSandbox({ clock: createManualClock(), random: createSeededRandom({ seed: 1 }), standIns });
    assert.throws(() => other.url, { code: 'not_listening' });
    await assert.rejects(other.listen({ port: Number(new URL(url).port) }), { code: 'EADDRINUSE' });
    await other.listen();
    await assert.rejects(other.listen(), { code: 'already_listening' });
    await other.close();
    await other.close();
    assert.throws(() => other.standIn('nobody'), { code: 'unknown_stand_in' });
  });

  it('closes while an answer is delayed', async (test) => {
    const { clock, post, sandbox } = await startSandbox(test, { standIns });
    sandbox.standIn('counter').addFault({ route: 'add', delayMs: 60_000 });
    const waiting = post('/counter/v1/things/1', {});
    await clock.waitForSleepers();
    const failed = assert.rejects(waiting, { code: 'ECONNRESET' });
    await sandbox.close();
    await failed;
    assert.equal(clock.sleeping(), 0);
  });
});

describe('faults', () => {
  const count = async (url: string): Promise<string> => (await request({ url: `${url}/counter/v1/count` })).text;

  it('replace the answer as often as asked, without doing the work', async (test) => {
    const { post, sandbox, url } = await startSandbox(test, { standIns });
    const fault = { route: 'add', status: 429, headers: { 'retry-after': '1' }, body: 'slow down', times: 2 };
    sandbox.standIn('counter').addFault(fault);
    const answers = [await post('/counter/v1/things/1', {}), await post('/counter/v1/things/1', {})];
    for (const { status, headers, text } of answers) {
      assert.deepEqual([status, headers['retry-after'], text], [429, '1', 'slow down']);
    }
    assert.equal(await count(url), '0');
    assert.equal((await post('/counter/v1/things/1', {})).status, 201);
  });

  it('do the work first when asked to, and fail then', async (test) => {
    const { post, sandbox, url } = await startSandbox(test, { standIns });
    sandbox.standIn('counter').addFault({ route: 'add', status: 500, afterEffect: true });
    assert.equal((await post('/counter/v1/things/1', {})).status, 500);
    assert.equal(await count(url), '1');
  });

  it('reset the connection, before or after the work', async (test) => {
    const { post, sandbox, url } = await startSandbox(test, { standIns });
    sandbox.standIn('counter').addFault({ route: 'add', reset: true });
    await assert.rejects(post('/counter/v1/things/1', {}), { code: 'ECONNRESET' });
    assert.equal(await count(url), '0');
    sandbox.standIn('counter').addFault({ route: '/v1/things/:id', reset: true, afterEffect: true });
    await assert.rejects(post('/counter/v1/things/1', {}), { code: 'ECONNRESET' });
    assert.equal(await count(url), '1');
  });

  it('cut the answer off behind some bytes', async (test) => {
    const { post, sandbox, url } = await startSandbox(test, { standIns });
    for (const dropAfterBytes of [0, 5]) {
      sandbox.standIn('counter').addFault({ route: 'add', dropAfterBytes });
      await assert.rejects(post('/counter/v1/things/1', {}), { code: 'ECONNRESET' });
    }
    assert.equal(await count(url), '2');
  });

  it('delay an answer on the given clock', async (test) => {
    const { clock, post, sandbox } = await startSandbox(test, { standIns });
    sandbox.standIn('counter').addFault({ route: '*', delayMs: 5000 });
    let answered = false;
    const waiting = post('/counter/v1/things/1', {}).then(({ status }) => {
      answered = true;
      return status;
    });
    await clock.waitForSleepers();
    await clock.advance(4999);
    assert.equal(answered, false);
    await clock.advance(1);
    assert.equal(await waiting, 201);
  });

  it('hit one route and leave the others alone', async (test) => {
    const { sandbox, url } = await startSandbox(test, { standIns });
    sandbox.standIn('counter').addFault({ route: 'add', status: 500 });
    assert.equal(await count(url), '0');
    assert.equal(sandbox.standIn('counter').pendingFaults().length, 1);
  });

  it('are checked when they are switched on', async (test) => {
    const { sandbox } = await startSandbox(test, { standIns });
    const wrong: unknown[] = [
      null,
      {},
      { route: 'nowhere', status: 500 },
      { route: 'add', status: 99 },
      { route: 'add', times: 0 },
      { route: 'add', delay: 5 },
      { route: 'add', headers: { a: 1 } },
      { route: 'add', constructor: 1 },
    ];
    for (const fault of wrong) {
      assert.throws(
        () => sandbox.standIn('counter').addFault(fault),
        { code: 'invalid_option' },
        JSON.stringify(fault),
      );
    }
  });
});

describe('the control API', () => {
  it('switches faults on, shows what is pending, and takes it back', async (test) => {
    const { post, url } = await startSandbox(test, { standIns });
    const switched = await post('/control/counter/faults', [{ route: 'add', status: 503, times: 3 }]);
    assert.deepEqual(switched.json(), { faults: [{ times: 3, route: 'add', status: 503 }] });
    assert.equal((await post('/counter/v1/things/1', {})).status, 503);
    const pending = await request({ url: `${url}/control/counter/faults` });
    assert.deepEqual(pending.json(), { faults: [{ times: 2, route: 'add', status: 503 }] });
    await request({ url: `${url}/control/counter/faults`, method: 'DELETE' });
    assert.equal((await post('/counter/v1/things/1', {})).status, 201);
  });

  it('says what is wrong with a fault', async (test) => {
    const { post } = await startSandbox(test, { standIns });
    for (const fault of [{ route: 'nowhere' }, 'not a fault']) {
      const answer = await post('/control/counter/faults', fault);
      assert.equal(answer.status, 400);
      assert.equal((answer.json() as { error: { code: string } }).error.code, 'invalid_option');
    }
  });

  it('shows the newest requests as they arrived, and how many it forgot', async (test) => {
    const { post, url } = await startSandbox(test, { standIns, rememberedRequests: 3 });
    for (let id = 1; id <= 7; id += 1) await post(`/counter/v1/things/${id}?q=1`, { id }, { 'X-Test': 'yes' });
    type Recorded = { requests: { path: string; body: string; headers: Record<string, string> }[]; forgotten: number };
    const recorded = (await request({ url: `${url}/control/counter/requests` })).json() as Recorded;
    assert.equal(recorded.forgotten, 4);
    assert.deepEqual(
      recorded.requests.map(({ path, body, headers }) => [path, body, headers['x-test']]),
      [5, 6, 7].map((id) => [`/v1/things/${id}?q=1`, `{"id":${id}}`, 'yes']),
    );
  });

  it('pages through what was received, and resets everything', async (test) => {
    const { post, url, sandbox } = await startSandbox(test, { standIns });
    for (const id of ['a', 'b', 'c']) await post(`/counter/v1/things/${id}`, {});
    const page = await request({ url: `${url}/control/counter/received?after=1&limit=1` });
    assert.deepEqual(page.json(), { received: [{ position: 2, entry: { id: 'b' } }] });
    sandbox.standIn('counter').addFault({ route: '*', status: 500, times: 9 });
    assert.equal((await post('/control/reset', {})).status, 204);
    assert.deepEqual(await sandbox.standIn('counter').received(), []);
    assert.deepEqual(sandbox.standIn('counter').requests(), { requests: [], forgotten: 0 });
    assert.equal((await request({ url: `${url}/counter/v1/count` })).text, '0');
  });

  it('lists the stand-ins and refuses what it does not know', async (test) => {
    const { post, url } = await startSandbox(test, { standIns });
    const { standIns: listed } = (await request({ url: `${url}/control` })).json() as { standIns: object[] };
    assert.deepEqual(listed[0], {
      name: 'counter',
      routes: [
        { name: 'add', methods: ['POST'], path: '/counter/v1/things/:id' },
        { name: 'count', methods: ['GET'], path: '/counter/v1/count' },
      ],
    });
    const statuses = [
      (await request({ url: `${url}/control/nobody/faults` })).status,
      (await request({ url: `${url}/control/counter/constructor` })).status,
      (await request({ url: `${url}/control/reset` })).status,
      (await request({ url: `${url}/control/counter/received?after=x` })).status,
      (await request({ url: `${url}/elsewhere` })).status,
      (await request({ url: `${url}/health` })).status,
      (await post('/control/counter/requests', {})).status,
    ];
    assert.deepEqual(statuses, [404, 404, 405, 400, 404, 200, 405]);
  });
});

describe('a stand-in that is slow to store', () => {
  it('is not answered for before it has stored', async (test) => {
    const gate = createGate();
    const slow = { append: () => gate.wait(), list: async () => [], clear: async () => {} };
    const { post } = await startSandbox(test, { standIns, store: slow });
    let answered = false;
    const waiting = post('/counter/v1/things/1', {}).then(() => {
      answered = true;
    });
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    assert.equal(answered, false);
    gate.open();
    await waiting;
  });
});
