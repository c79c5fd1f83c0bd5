import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { signedFor, startProxy } from './fault-proxy-set-up.ts';

type Put = { PutRequest: { Item: { id: string } } };
const puts = (...ids: string[]): Put[] => ids.map((id) => ({ PutRequest: { Item: { id } } }));
const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

describe('a batch that is done in part', () => {
  it('gives DynamoDB’s writes to the server or back to the caller, each once', async (test) => {
    const { call, seen, proxy } = await startProxy(test, () => ({ body: '{"UnprocessedItems":{}}' }));
    proxy.add({ kind: 'partial', share: 0.25 });
    const { json } = await call('DynamoDB_20120810.BatchWriteItem', {
      RequestItems: { one: puts(...all.slice(0, 4)), two: puts(...all.slice(4)) },
      ReturnConsumedCapacity: 'TOTAL',
    });
    const body = JSON.parse(seen[0]?.body ?? '{}');
    const idsOf = (tables: Record<string, Put[]>): string[] =>
      Object.values(tables).flatMap((list) => list.map(({ PutRequest }) => PutRequest.Item.id));
    const undone = json.UnprocessedItems as Record<string, Put[]>;
    assert.equal(idsOf(undone).length, 2);
    assert.deepEqual([...idsOf(body.RequestItems), ...idsOf(undone)].sort(), all);
    assert.equal(body.ReturnConsumedCapacity, 'TOTAL');
    assert.ok(!Object.values(undone).some((list) => list.length === 0));
  });

  it('keeps the projection of keys that come back, and what the server could not do itself', async (test) => {
    const own = { one: { Keys: [{ id: 'server' }], ProjectionExpression: 'id' } };
    const { call, seen, proxy } = await startProxy(test, () => ({
      headers: { 'x-amz-crc32': '1' },
      body: JSON.stringify({ Responses: { one: [{ id: 'found' }] }, UnprocessedKeys: own }),
    }));
    proxy.add({ kind: 'partial', share: 0.5 });
    const Keys = ['a', 'b'].map((id) => ({ id }));
    const answer = await call('DynamoDB_20120810.BatchGetItem', {
      RequestItems: { one: { Keys, ProjectionExpression: 'id' } },
    });
    const { one } = answer.json.UnprocessedKeys as Record<
      string,
      { Keys: { id: string }[]; ProjectionExpression: string }
    >;
    assert.equal(one?.ProjectionExpression, 'id');
    assert.deepEqual(one?.Keys[0], { id: 'server' });
    assert.equal(one?.Keys.length, 2);
    const forwarded = JSON.parse(seen[0]?.body ?? '{}').RequestItems.one;
    assert.deepEqual([forwarded.Keys.length, forwarded.ProjectionExpression], [1, 'id']);
    assert.deepEqual(answer.json.Responses, { one: [{ id: 'found' }] });
    assert.equal(answer.headers.get('x-amz-crc32'), null);
  });

  it('has an error at the place of each record of Kinesis that was not taken', async (test) => {
    const { call, seen, proxy } = await startProxy(test, ({ body }) => {
      const { Records } = JSON.parse(body) as { Records: { Data: string }[] };
      return {
        body: JSON.stringify({ FailedRecordCount: 0, Records: Records.map(({ Data }) => ({ SequenceNumber: Data })) }),
      };
    });
    proxy.add({ kind: 'partial' });
    const { json } = await call('Kinesis_20131202.PutRecords', { Records: all.map((Data) => ({ Data })) });
    const results = json.Records as { SequenceNumber?: string; ErrorCode?: string }[];
    assert.equal(json.FailedRecordCount, 4);
    const failed = results.filter(({ ErrorCode }) => ErrorCode === 'ProvisionedThroughputExceededException');
    assert.equal(failed.length, 4);
    for (const [position, { SequenceNumber, ErrorCode }] of results.entries()) {
      assert.equal(SequenceNumber ?? ErrorCode, ErrorCode ?? all[position]);
    }
    assert.equal(JSON.parse(seen[0]?.body ?? '{}').Records.length, 4);
  });

  for (const operation of ['SendMessageBatch', 'DeleteMessageBatch', 'ChangeMessageVisibilityBatch']) {
    it(`names the failed entries of ${operation} by their ids`, async (test) => {
      const { call, proxy } = await startProxy(test, ({ body }) => {
        const { Entries } = JSON.parse(body) as { Entries: { Id: string }[] };
        return { body: JSON.stringify({ Successful: Entries.map(({ Id }) => ({ Id })) }) };
      });
      proxy.add({ kind: 'partial', share: 0.4 });
      const { json } = await call(`AmazonSQS.${operation}`, { Entries: all.map((Id) => ({ Id })) });
      const [done, failed] = [json.Successful, json.Failed] as { Id: string; SenderFault?: boolean }[][];
      assert.equal(failed?.length, 3);
      assert.ok(failed?.every(({ SenderFault }) => SenderFault === false));
      assert.deepEqual([...(done ?? []), ...(failed ?? [])].map(({ Id }) => Id).sort(), all);
    });
  }

  it('names the failed notifications of SNS in XML, and numbers the others anew', async (test) => {
    const { send, seen, proxy } = await startProxy(test, ({ body }) => {
      const ids = [...new URLSearchParams(body)].filter(([name]) => name.endsWith('.Id')).map(([, id]) => id);
      const done = ids.map((id) => `<member><Id>${id}</Id></member>`).join('');
      return { body: `<R><PublishBatchResult><Successful>${done}</Successful><Failed/></PublishBatchResult></R>` };
    });
    proxy.add({ kind: 'partial', share: 0.4 });
    const form = new URLSearchParams({ Action: 'PublishBatch' });
    for (const [index, id] of all.entries()) form.append(`PublishBatchRequestEntries.member.${index + 1}.Id`, id);
    const headers = { ...signedFor('sns'), 'content-type': 'application/x-www-form-urlencoded' };
    const { text } = await send('/', { method: 'POST', headers, body: form.toString() });
    const ids = (part: string): string[] => [...part.matchAll(/<Id>(.*?)<\/Id>/g)].map(([, id = '']) => id);
    const [done = '', failed = ''] = text.split('<Failed>');
    assert.equal(ids(failed).length, 3);
    assert.deepEqual([...ids(done), ...ids(failed)].sort(), all);
    const kept = [...new URLSearchParams(seen[0]?.body).keys()].filter((name) => name.endsWith('.Id'));
    assert.deepEqual(
      kept,
      ids(done).map((_, index) => `PublishBatchRequestEntries.member.${index + 1}.Id`),
    );
    assert.deepEqual(proxy.counts().byOperation, { 'sns.PublishBatch': { requests: 1, injected: 1 } });
  });

  it('of one entry is not sent to the server at all', async (test) => {
    const { call, seen, proxy } = await startProxy(test);
    proxy.add({ kind: 'partial', share: 0.1 });
    const { status, json } = await call('AmazonSQS.SendMessageBatch', { Entries: [{ Id: 'only' }] });
    assert.equal(status, 200);
    assert.deepEqual([json.Successful, (json.Failed as object[]).length, seen.length], [[], 1, 0]);
  });

  it('is refused whole when the server refuses the rest', async (test) => {
    const { call, proxy } = await startProxy(test, () => ({
      status: 400,
      body: '{"__type":"ResourceNotFoundException"}',
    }));
    proxy.add({ kind: 'partial' });
    const { status, json } = await call('Kinesis_20131202.PutRecords', { Records: [{}, {}] });
    assert.deepEqual([status, json.__type], [400, 'ResourceNotFoundException']);
  });

  it('is never a single call', async (test) => {
    const { call, seen, proxy } = await startProxy(test);
    proxy.add({ kind: 'partial' });
    await call('DynamoDB_20120810.PutItem');
    assert.equal(seen.length, 1);
    assert.deepEqual(proxy.counts().injected, {});
  });
});
