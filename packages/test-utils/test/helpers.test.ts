import assert from 'node:assert/strict';
import { createHmac, createVerify, generateKeyPairSync, verify } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import {
  createGate,
  createLeakCheck,
  createLogCapture,
  createManualClock,
  createProbe,
  failOnLeaks,
  nextTurn,
  request,
  requestWithJWT,
  signTestToken,
  temporaryDirectory,
} from '../src/index.ts';

const serve = async (test: TestContext, listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  test.after(() => new Promise((resolve) => server.close(resolve)));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

describe('createManualClock', () => {
  it('wakes sleepers in the order of their times, at their times', async () => {
    const clock = createManualClock({ nowMs: 0 });
    const woken: string[] = [];
    const sleep = (name: string, durationMs: number) =>
      clock.sleep(durationMs).then(() => woken.push(`${name}@${clock.now()}`));
    const all = [sleep('late', 300), sleep('early', 100), sleep('middle', 200)];
    await clock.advance(250);
    assert.deepEqual(woken, ['early@100', 'middle@200']);
    assert.deepEqual([clock.now(), clock.sleeping()], [250, 1]);
    await clock.advance(50);
    await Promise.all(all);
    assert.deepEqual(woken.at(-1), 'late@300');
  });

  it('ends a sleep without an error when it is aborted, before and during it', async () => {
    const clock = createManualClock();
    const controller = new AbortController();
    const sleeping = clock.sleep(1000, controller.signal);
    controller.abort();
    await sleeping;
    await clock.sleep(1000, controller.signal);
    assert.equal(clock.sleeping(), 0);
  });

  it('tells when somebody sleeps, and lets a sleep of zero pass', async () => {
    const clock = createManualClock();
    const waiting = clock.waitForSleepers(2);
    const sleeps = [clock.sleep(10), clock.sleep(10)];
    await waiting;
    await clock.advance(10);
    await Promise.all(sleeps);
    await clock.sleep(0);
  });
});

describe('waiting without polling', () => {
  it('lets everyone through an opened gate, early or late', async () => {
    const gate = createGate();
    const early = gate.wait();
    assert.equal(gate.opened, false);
    gate.open();
    await Promise.all([early, gate.wait()]);
    assert.ok(gate.opened);
  });

  it('resolves with the first values of a probe as soon as they are there', async () => {
    const probe = createProbe<number>();
    const two = probe.first(2);
    for (const value of [1, 2, 3]) probe.note(value);
    assert.deepEqual(await two, [1, 2]);
    assert.deepEqual(await probe.first(3), [1, 2, 3]);
  });
});

describe('temporaryDirectory', () => {
  it('is removed at the end of its block with all that is in it', () => {
    let path = '';
    {
      using directory = temporaryDirectory();
      path = directory.path;
      writeFileSync(directory.join('file.txt'), 'x');
      assert.ok(existsSync(path));
    }
    assert.equal(existsSync(path), false);
  });

  it('is removed when its owner ends, and twice does no harm', () => {
    const hooks: (() => void)[] = [];
    const { path, remove } = temporaryDirectory({ after: (hook) => hooks.push(hook) });
    for (const hook of hooks) hook();
    assert.equal(existsSync(path), false);
    remove();
  });
});

describe('createLeakCheck', () => {
  it('names a server that was left open, and is content once it is closed', async () => {
    const check = createLeakCheck();
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    await assert.rejects(check.verify(), { code: 'leak', message: /1 × TCPServerWrap/ });
    server.close();
    await check.verify();
  });

  it('names a timer that was left running', async () => {
    const check = createLeakCheck();
    const timer = setTimeout(() => {}, 60_000);
    await assert.rejects(check.verify(), { code: 'leak', message: /1 × Timeout/ });
    clearTimeout(timer);
    await check.verify();
  });

  it('runs at the end of a test', async () => {
    const hooks: (() => Promise<void>)[] = [];
    failOnLeaks({ after: (hook) => hooks.push(hook) });
    const timer = setTimeout(() => {}, 60_000);
    await assert.rejects(async () => hooks[0]?.(), { code: 'leak' });
    clearTimeout(timer);
  });
});

describe('createLogCapture', () => {
  it('keeps lines as they were written, also when they came in pieces and as bytes', () => {
    const log = createLogCapture();
    log.write('{"a":');
    log.write(Buffer.from('1}\n{"a":2}\n'));
    assert.deepEqual(log.records(), [{ a: 1 }, { a: 2 }]);
    log.clear();
    assert.equal(log.text(), '');
  });
});

describe('request', () => {
  it('sends method, headers and JSON, and reads the answer', async (test) => {
    const url = await serve(test, async (incoming, outgoing) => {
      const { method, headers } = incoming;
      outgoing.setHeader('set-cookie', ['a=1', 'b=2']);
      outgoing.statusCode = 201;
      outgoing.end(
        JSON.stringify({ method, type: headers['content-type'], x: headers['x-test'], body: await readText(incoming) }),
      );
    });
    const answer = await request({ url, json: { a: 1 }, headers: { 'x-test': 'yes' } });
    assert.equal(answer.status, 201);
    assert.deepEqual(answer.json(), { method: 'POST', type: 'application/json', x: 'yes', body: '{"a":1}' });
    assert.equal(answer.headers['set-cookie'], 'a=1, b=2');
  });

  it('leaves nothing open, and rejects when the connection breaks', async (test) => {
    failOnLeaks(test);
    const url = await serve(test, (_, outgoing) => outgoing.destroy());
    await assert.rejects(request({ url }), { code: 'ECONNRESET' });
    await nextTurn();
  });
});

describe('requestWithJWT', () => {
  const authorization = (incoming: IncomingMessage): string => incoming.headers.authorization ?? '';

  it('sends a given token, or signs the claims', async (test) => {
    const url = await serve(test, (incoming, outgoing) => outgoing.end(authorization(incoming)));
    assert.equal((await requestWithJWT({ url, token: 'abc' })).text, 'Bearer abc');
    const { text } = await requestWithJWT({ url, claims: { sub: 'fan' }, key: 'secret', kid: 'k1' });
    const [head = '', claims = '', signature] = text.replace('Bearer ', '').split('.');
    assert.deepEqual(JSON.parse(Buffer.from(head, 'base64url').toString()), { alg: 'HS256', typ: 'JWT', kid: 'k1' });
    assert.deepEqual(JSON.parse(Buffer.from(claims, 'base64url').toString()), { sub: 'fan' });
    assert.equal(signature, createHmac('sha256', 'secret').update(`${head}.${claims}`).digest('base64url'));
  });
});

describe('signTestToken', () => {
  it('signs with RSA and with elliptic curves, in the form that tokens use', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const cut = (token: string) => ({
      content: token.slice(0, token.lastIndexOf('.')),
      signature: Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url'),
    });
    const rs256 = cut(signTestToken({ claims: {}, key: rsa.privateKey, algorithm: 'RS256' }));
    assert.ok(createVerify('sha256').update(rs256.content).verify(rsa.publicKey, rs256.signature));
    const pem = curve.privateKey.export({ type: 'pkcs8', format: 'pem' });
    const es256 = cut(signTestToken({ claims: {}, key: pem, algorithm: 'ES256' }));
    assert.equal(es256.signature.length, 64);
    const publicKey = { key: curve.publicKey, dsaEncoding: 'ieee-p1363' } as const;
    assert.ok(verify('sha256', Buffer.from(es256.content), publicKey, es256.signature));
  });
});
