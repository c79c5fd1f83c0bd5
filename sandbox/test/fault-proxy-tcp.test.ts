import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createManualClock, createSeededRandom } from '@verifiedfan/test-utils';
import { rewriteBroker } from '../src/fault-proxy/broker-addresses.ts';
import { createTcpFaultProxy, type TcpFault } from '../src/index.ts';
import { openClient, startTcpProxy } from './fault-proxy-set-up.ts';

describe('a TCP fault proxy', () => {
  it('passes both ways without faults', async (test) => {
    const { open, proxy } = await startTcpProxy(test);
    const client = open();
    assert.equal(await client.send('a'), 're:a');
    assert.equal(await client.send('b'), 're:b');
    assert.equal(proxy.counts().requests, 2);
  });

  it('loses the answer after the work was done', async (test) => {
    const { open, pieces, proxy } = await startTcpProxy(test);
    proxy.add({ kind: 'lose-answer', contains: 'insert', times: 1 });
    const client = open();
    assert.equal(await client.send('find'), 're:find');
    assert.equal(await client.send('insert 1'), 'ECONNRESET');
    assert.deepEqual(pieces, ['find', 'insert 1']);
    assert.equal(await open().send('insert 2'), 're:insert 2');
    assert.deepEqual(proxy.counts().injected, { 'lose-answer': 1 });
  });

  it('breaks the connection in the middle of what a client sends', async (test) => {
    const { open, pieces, proxy } = await startTcpProxy(test, () => '');
    proxy.add({ kind: 'cut-request', afterBytes: 3 });
    assert.equal(await open().send('0123456789'), 'ECONNRESET');
    await proxy.close();
    assert.ok(['', '012'].includes(pieces.join('')));
  });

  it('breaks the connection in the middle of an answer', async (test) => {
    const { open, proxy } = await startTcpProxy(test, () => '0123456789');
    proxy.add({ kind: 'cut-answer', afterBytes: 4 });
    const client = open();
    assert.equal(await client.send('x'), '0123');
    assert.equal(await client.next(), 'ECONNRESET');
  });

  it('delays on its clock, and keeps the order', async (test) => {
    const { open, proxy, clock } = await startTcpProxy(test);
    proxy.add({ kind: 'latency', delayMs: 1_000, times: 1 });
    const client = open();
    client.write('slow');
    await clock.waitForSleepers(1);
    client.write('quick');
    await clock.advance(1_000);
    let answer = '';
    while (!answer.includes('quick')) answer += await client.next();
    // TCP may join what comes close together.
    assert.equal(answer.replaceAll('re:', ''), 'slowquick');
  });

  it('takes the server away and brings it back', async (test) => {
    const { open, proxy } = await startTcpProxy(test);
    const client = open();
    await client.send('a');
    await proxy.down();
    assert.equal(await client.next(), 'ECONNRESET');
    assert.equal(await open().next(), 'ECONNREFUSED');
    await proxy.up();
    assert.equal(await open().send('b'), 're:b');
  });

  it('resets clients when nobody listens behind it', async (test) => {
    const tools = { clock: createManualClock(), random: createSeededRandom({ seed: 1 }) };
    const proxy = createTcpFaultProxy({ target: { port: 1 }, ...tools });
    test.after(() => proxy.close());
    assert.match(await openClient(test, await proxy.listen()).next(), /ECONNRESET|end/);
  });

  it('tells clients of a Kafka broker to come to it, in answers that hold the broker’s address', () => {
    const place = (port: number): Buffer => {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(port);
      return Buffer.concat([Buffer.from('127.0.0.1'), bytes]);
    };
    const answerOf = (port: number): Buffer =>
      Buffer.concat([Buffer.from('head'), place(port), Buffer.from('between'), place(port), place(9_093)]);
    const places = { host: '127.0.0.1', from: 9_092, to: 40_000 };
    const expected = Buffer.from(answerOf(40_000));
    assert.deepEqual(rewriteBroker(answerOf(9_092), places), expected);
    const other = Buffer.from('nothing of it');
    assert.equal(rewriteBroker(other, places), other);
  });

  it('refuses faults that it cannot inject', async (test) => {
    const { proxy } = await startTcpProxy(test);
    for (const fault of [{ kind: 'throttle' }, { kind: 'latency' }, { kind: 'lose-answer', operations: ['a.b'] }]) {
      assert.throws(() => proxy.add(fault as TcpFault), { code: 'invalid_option' });
    }
    const tools = { clock: createManualClock(), random: createSeededRandom({ seed: 1 }) };
    assert.throws(() => createTcpFaultProxy({ target: { port: 0 }, ...tools }), { code: 'invalid_option' });
  });
});
