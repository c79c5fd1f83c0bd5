import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createManualClock, createSeededRandom, request } from '@verifiedfan/test-utils';
import { createFaultProxy, type ProxyFault } from '../src/index.ts';
import { signedFor, startProxy } from './fault-proxy-set-up.ts';

const refused = (code: string) => (error: Error) => (error.cause as NodeJS.ErrnoException).code === code;

describe('a fault proxy without faults', () => {
  it('passes requests and answers on as they are', async (test) => {
    const answer = { status: 201, headers: { 'x-own': 'yes', etag: '"e"' }, body: 'héllo' };
    const { seen, send, proxy } = await startProxy(test, () => answer);
    const { status, headers, text } = await send('/bucket/a%2Fb%20c?x-id=PutObject', {
      method: 'PUT',
      headers: { ...signedFor('s3'), 'x-amz-meta-a': 'b' },
      body: 'content',
    });
    assert.deepEqual([status, headers.get('x-own'), headers.get('etag'), text], [201, 'yes', '"e"', 'héllo']);
    const [one] = seen;
    assert.deepEqual([one?.method, one?.url, one?.body], ['PUT', '/bucket/a%2Fb%20c?x-id=PutObject', 'content']);
    assert.equal(one?.headers['x-amz-meta-a'], 'b');
    assert.deepEqual(proxy.counts().byOperation, { 's3.PutObject': { requests: 1, injected: 0 } });
  });

  it('keeps the length of an object in the answer to HEAD', async (test) => {
    const { send } = await startProxy(test, () => ({ headers: { 'content-length': '5000' }, body: '' }));
    const { headers } = await send('/bucket/key', { method: 'HEAD' });
    assert.equal(headers.get('content-length'), '5000');
  });

  it('sends clients of a queue to itself, and the server its own addresses', async (test) => {
    const { call, seen, url, target } = await startProxy(test, () => ({
      body: JSON.stringify({ QueueUrl: `${target.replace('127.0.0.1', 'localhost')}/000000000000/q` }),
    }));
    const { json } = await call('AmazonSQS.CreateQueue', { QueueName: 'q' });
    assert.equal(json.QueueUrl, `${url}/000000000000/q`);
    await call('AmazonSQS.SendMessage', { QueueUrl: json.QueueUrl, MessageBody: `see ${url}/elsewhere` });
    const { QueueUrl, MessageBody } = JSON.parse(seen[1]?.body ?? '{}') as Record<string, string>;
    assert.deepEqual([QueueUrl, MessageBody], [`${target}/000000000000/q`, `see ${url}/elsewhere`]);
  });
});

describe('a throttling service', () => {
  const cases: [target: string, status: number, type: string][] = [
    ['DynamoDB_20120810.PutItem', 400, 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException'],
    ['DynamoDBStreams_20120810.GetRecords', 400, 'com.amazonaws.dynamodb.v20120810#LimitExceededException'],
    ['Kinesis_20131202.PutRecord', 400, 'ProvisionedThroughputExceededException'],
    ['AmazonSQS.SendMessage', 400, 'com.amazonaws.sqs#RequestThrottled'],
    ['Firehose_20150804.PutRecord', 500, 'ServiceUnavailableException'],
    ['secretsmanager.GetSecretValue', 400, 'ThrottlingException'],
  ];
  for (const [target, status, type] of cases) {
    it(`answers ${target} in that service's shape, and the server sees nothing`, async (test) => {
      const { call, seen, proxy } = await startProxy(test);
      proxy.add({ kind: 'throttle' });
      const answer = await call(target);
      assert.deepEqual([answer.status, answer.json.__type], [status, type]);
      assert.match(answer.headers.get('content-type') ?? '', /^application\/x-amz-json-1\.[01]$/);
      assert.equal(seen.length, 0);
    });
  }

  it('answers S3 in XML', async (test) => {
    const { send, proxy } = await startProxy(test);
    proxy.add({ kind: 'throttle', operations: ['s3.GetObject'] });
    const { status, headers, text } = await send('/bucket/key', { headers: signedFor('s3') });
    assert.deepEqual([status, headers.get('content-type')], [503, 'application/xml']);
    assert.match(text, /^<\?xml.*\n<Error><Code>SlowDown<\/Code><Message>[^<]+<\/Message><RequestId>[0-9A-F]{16}</);
  });
});

describe('a service that does not know an access key', () => {
  const cases: [target: string, status: number, type: string][] = [
    ['DynamoDB_20120810.PutItem', 400, 'com.amazonaws.dynamodb.v20120810#UnrecognizedClientException'],
    ['Kinesis_20131202.PutRecords', 400, 'UnrecognizedClientException'],
    ['AmazonSQS.SendMessage', 403, 'com.amazonaws.sqs#InvalidClientTokenId'],
  ];
  for (const [target, status, type] of cases) {
    it(`answers ${target} in that service's words, and the server sees nothing`, async (test) => {
      const { call, seen, proxy } = await startProxy(test);
      proxy.add({ kind: 'wrong-credentials' });
      const answer = await call(target);
      assert.deepEqual([answer.status, answer.json.__type, seen.length], [status, type, 0]);
    });
  }

  it('answers S3 and SNS in XML', async (test) => {
    const { send, proxy } = await startProxy(test);
    proxy.add({ kind: 'wrong-credentials' });
    const s3 = await send('/bucket/key', { headers: signedFor('s3') });
    assert.equal(s3.status, 403);
    assert.match(s3.text, /<Error><Code>InvalidAccessKeyId</);
    const sns = await send('/', { method: 'POST', headers: signedFor('sns'), body: 'Action=Publish' });
    assert.equal(sns.status, 403);
    assert.match(sns.text, /<ErrorResponse .*<Code>InvalidClientTokenId</);
  });
});

describe('connections', () => {
  it('are lost in the middle of a request, of which the server sees no end', async (test) => {
    const { call, seen, proxy, broken } = await startProxy(test);
    proxy.add({ kind: 'cut-request', times: 1 });
    await assert.rejects(call('DynamoDB_20120810.PutItem', { Item: 'x'.repeat(1000) }), refused('ECONNRESET'));
    assert.equal((await call('DynamoDB_20120810.PutItem')).status, 200);
    assert.deepEqual([seen.length, broken()], [1, 1]);
  });

  it('are lost after the work and before the answer', async (test) => {
    const { call, seen, proxy } = await startProxy(test);
    proxy.add({ kind: 'lose-answer', times: 1 });
    await assert.rejects(call('DynamoDB_20120810.PutItem'), refused('ECONNRESET'));
    assert.equal(seen.length, 1);
  });

  it('are lost within the answer, after as many bytes as are asked for', async (test) => {
    const { url, seen, proxy } = await startProxy(test, () => ({ body: '0123456789' }));
    proxy.add({ kind: 'cut-answer', afterBytes: 4 });
    const response = await fetch(url, { headers: { connection: 'close' } });
    assert.equal(response.headers.get('content-length'), '10');
    const reader = response.body?.getReader();
    const first = await reader?.read();
    assert.equal(Buffer.from(first?.value ?? []).toString(), '0123');
    await assert.rejects(async () => reader?.read());
    assert.equal(seen.length, 1);
  });

  it('are reset and refused while the server is down, and taken on the same port afterwards', async (test) => {
    const { proxy, url, call } = await startProxy(test);
    await call('Kinesis_20131202.ListStreams');
    await proxy.down();
    await assert.rejects(call('Kinesis_20131202.ListStreams'), refused('ECONNREFUSED'));
    await proxy.up();
    assert.equal((await call('Kinesis_20131202.ListStreams')).status, 200);
    assert.equal(proxy.url, url);
  });

  it('are reset when nobody listens behind the proxy', async (test) => {
    const proxy = createFaultProxy({
      target: 'http://127.0.0.1:1',
      clock: createManualClock(),
      random: createSeededRandom({ seed: 1 }),
    });
    test.after(() => proxy.close());
    await assert.rejects(request({ url: await proxy.listen() }));
  });
});

describe('delays', () => {
  it('hold a request on the proxy’s clock, and come on top of another fault', async (test) => {
    const { call, proxy, clock } = await startProxy(test);
    proxy.add({ kind: 'latency', delayMs: 5_000 });
    proxy.add({ kind: 'throttle' });
    const start = clock.now();
    const answer = call('Kinesis_20131202.PutRecord');
    await clock.waitForSleepers(1);
    await clock.advance(5_000);
    assert.equal((await answer).status, 400);
    assert.equal(clock.now() - start, 5_000);
    assert.deepEqual(proxy.counts().injected, { latency: 1, throttle: 1 });
  });
});

describe('chance', () => {
  /** The requests that are struck by a proxy of this seed, as ones in a text. */
  const strike = async (target: string, seed: number): Promise<string> => {
    const proxy = createFaultProxy({ target, clock: createManualClock(), random: createSeededRandom({ seed }) });
    const url = await proxy.listen();
    proxy.add({ kind: 'throttle', chance: 0.3 });
    let struck = '';
    for (let count = 0; count < 30; count += 1) struck += (await request({ url })).status === 400 ? '1' : '0';
    assert.equal(proxy.counts().injected.throttle, struck.replaceAll('0', '').length);
    await proxy.close();
    return struck;
  };

  it('strikes the same requests with the same seed, and others with another', async (test) => {
    const { target } = await startProxy(test);
    const first = await strike(target, 7);
    assert.equal(await strike(target, 7), first);
    assert.notEqual(await strike(target, 8), first);
    assert.match(first, /01|10/);
  });

  it('ends after as many times as are asked for, or when it is switched off', async (test) => {
    const { call, proxy } = await startProxy(test);
    const statuses = async (count: number): Promise<number[]> => {
      const all: number[] = [];
      for (let index = 0; index < count; index += 1) all.push((await call('AmazonSQS.SendMessage')).status);
      return all;
    };
    proxy.add({ kind: 'throttle', times: 2, operations: ['sqs.*'] });
    assert.deepEqual(await statuses(3), [400, 400, 200]);
    const off = proxy.add({ kind: 'throttle' });
    proxy.add({ kind: 'throttle', operations: ['kinesis.PutRecords'] });
    assert.deepEqual(await statuses(1), [400]);
    off();
    assert.deepEqual(await statuses(1), [200]);
    proxy.forgetCounts();
    assert.deepEqual(proxy.counts(), { requests: 0, injected: {}, byOperation: {} });
  });
});

describe('a fault', () => {
  const wrong: [what: string, fault: unknown, named: RegExp][] = [
    ['without a kind', {}, /kind/],
    ['of an unknown kind', { kind: 'fire' }, /throttle, partial/],
    ['with a member of another kind', { kind: 'throttle', delayMs: 1 }, /"delayMs"/],
    ['without what its kind needs', { kind: 'latency' }, /"delayMs"/],
    ['with a chance above 1', { kind: 'throttle', chance: 2 }, /"chance"/],
    ['that never strikes', { kind: 'throttle', times: 0 }, /"times"/],
    ['for a service without an operation', { kind: 'throttle', operations: ['dynamodb'] }, /"operations"/],
  ];
  for (const [what, fault, named] of wrong) {
    it(`${what} is refused`, async (test) => {
      const { proxy } = await startProxy(test);
      assert.throws(() => proxy.add(fault as ProxyFault), { code: 'invalid_option', message: named });
    });
  }

  it('needs a proxy with an address to stand before', () => {
    const tools = { clock: createManualClock(), random: createSeededRandom({ seed: 1 }) };
    assert.throws(() => createFaultProxy({ target: 'https://example.com', ...tools }), { code: 'invalid_option' });
    assert.throws(() => createFaultProxy({ target: 'http://127.0.0.1:1', ...tools }).url, { code: 'not_listening' });
  });
});
