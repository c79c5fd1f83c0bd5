import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createKinesisStream, makeStream } from '@verifiedfan/aws';
import { awsConnection, uniqueName } from '../../src/index.ts';
import { openStream } from './open-stream.ts';

for (const server of ['ministack', 'kinesalite'] as const) {
  describe(`the Kinesis driver on ${server}`, () => {
    const connection = awsConnection(server);

    it('names the stream that is missing when it starts', async (test) => {
      const streamName = uniqueName('nowhere');
      const stream = createKinesisStream({ name: 'scoresStream', streamName, connection });
      test.after(() => stream.close());
      await assert.rejects(stream.verify(), (error) => {
        assert.ok(error instanceof Error && 'code' in error);
        assert.equal(error.code, 'not_found');
        assert.match(error.message, new RegExp(`no Kinesis stream ${streamName}, .* scoresStream`));
        return true;
      });
    });

    it('takes a stream that is there, and makes it once only', async (test) => {
      const { stream, streamName } = await openStream(connection);
      test.after(() => stream.close());
      await makeStream({ streamName, shards: 2, connection });
      await stream.verify();
      assert.equal((await stream.shards()).length, 2);
    });

    it('writes and reads more than one request holds, each record once', async (test) => {
      const { stream } = await openStream(connection);
      test.after(() => stream.close());
      const entries = Array.from({ length: 1_700 }, (_, index) => ({ partitionKey: `k${index}`, data: `${index}` }));
      const results = await stream.putMany(entries);
      assert.ok(results.every((result) => !('error' in result)));
      const pages = await Promise.all(
        (await stream.shards()).map(({ id }) => stream.read({ shard: id, limit: 10_000 })),
      );
      const found = pages.flatMap(({ records }) => records.map(({ data }) => Number(data))).sort((a, b) => a - b);
      assert.deepEqual(
        found,
        entries.map(({ data }) => Number(data)),
      );
    });

    it('reads on where another process stopped', async (test) => {
      const { stream, open } = await openStream(connection, 1);
      const other = open();
      test.after(async () => {
        await stream.close();
        await other.close();
      });
      for (const data of ['a', 'b', 'c']) await stream.putMany([{ partitionKey: 'k', data }]);
      const [{ id: shard } = { id: '' }] = await stream.shards();
      const { last: after } = await stream.read({ shard, limit: 2 });
      const { records } = await other.read({ shard, after, limit: 10 });
      assert.deepEqual(
        records.map(({ data }) => data),
        ['c'],
      );
    });
  });
}
