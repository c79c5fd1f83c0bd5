import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { signedFor, startProxy } from './fault-proxy-set-up.ts';

const basic = (timeMs: number): string => new Date(timeMs).toISOString().replace(/[-:]|\.\d+/g, '');
const HOUR_MS = 3_600_000;

describe('a service whose clock is wrong', () => {
  for (const skewMs of [HOUR_MS, -HOUR_MS]) {
    it(`by ${skewMs} ms refuses a signature once, and takes one by its own clock`, async (test) => {
      const { call, seen, proxy, clock } = await startProxy(test);
      proxy.add({ kind: 'wrong-clock', skewMs });
      const refusal = await call('Kinesis_20131202.PutRecord', {}, { 'x-amz-date': basic(clock.now()) });
      assert.deepEqual([refusal.status, refusal.json.__type], [403, 'InvalidSignatureException']);
      assert.match(String(refusal.json.message), skewMs > 0 ? /^Signature expired: / : /^Signature not yet current: /);
      assert.equal(seen.length, 0);
      // What an SDK does: it takes the difference from the Date header.
      const serverTime = Date.parse(refusal.headers.get('date') ?? '');
      assert.equal(Math.round((serverTime - clock.now()) / 1_000), skewMs / 1_000);
      const accepted = await call('Kinesis_20131202.PutRecord', {}, { 'x-amz-date': basic(serverTime) });
      assert.equal(accepted.status, 200);
      assert.equal(accepted.headers.get('date'), refusal.headers.get('date'));
      assert.deepEqual(proxy.counts().injected, { 'wrong-clock': 1 });
    });
  }

  it('refuses in S3’s own words, which allow 15 minutes', async (test) => {
    const { send, proxy, clock } = await startProxy(test);
    const get = () => send('/bucket/key', { headers: { ...signedFor('s3'), 'x-amz-date': basic(clock.now()) } });
    const off = proxy.add({ kind: 'wrong-clock', skewMs: 14 * 60_000 });
    assert.equal((await get()).status, 200);
    off();
    proxy.add({ kind: 'wrong-clock', skewMs: 16 * 60_000 });
    const { status, text } = await get();
    assert.equal(status, 403);
    assert.match(text, /<RequestTime>\d{8}T\d{6}Z<\/RequestTime><ServerTime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ</);
    assert.match(text, /<Code>RequestTimeTooSkewed<\/Code>.*<MaxAllowedSkewMilliseconds>900000</);
  });

  it('tells DynamoDB’s clients with the status that DynamoDB uses', async (test) => {
    const { call, proxy, clock } = await startProxy(test);
    proxy.add({ kind: 'wrong-clock', skewMs: HOUR_MS });
    const { status } = await call('DynamoDB_20120810.PutItem', {}, { 'x-amz-date': basic(clock.now()) });
    assert.equal(status, 400);
  });
});

describe('expired iterators', () => {
  for (const [target, type] of [
    ['Kinesis_20131202', 'ExpiredIteratorException'],
    ['DynamoDBStreams_20120810', 'com.amazonaws.dynamodb.v20120810#ExpiredIteratorException'],
  ] as const) {
    it(`are refused by ${target}, which still gives new ones`, async (test) => {
      const { call, seen, proxy } = await startProxy(test);
      proxy.add({ kind: 'expired-iterator', times: 1 });
      assert.equal((await call(`${target}.GetShardIterator`)).status, 200);
      const refusal = await call(`${target}.GetRecords`);
      assert.deepEqual([refusal.status, refusal.json.__type], [400, type]);
      assert.equal((await call(`${target}.GetRecords`)).status, 200);
      assert.equal(seen.length, 2);
    });
  }
});
