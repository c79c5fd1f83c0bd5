import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createEmbeddedPlatform } from '@verifiedfan/platform';
import type { Catalogue } from '@verifiedfan/ports';
import { createProbe, failOnLeaks, temporaryDirectory } from '@verifiedfan/test-utils';
import { kinesis, type Worker } from '@verifiedfan/worker';
import { type Estate, type EstateLog, openEstate, receivedStore } from '../src/index.ts';
import { aWorker } from './support/workers.ts';

const CATALOGUE: Catalogue = {
  campaignDataStream: { kind: 'stream', purpose: 'Of the test.' },
  dataPipelineQueue: { kind: 'queue', purpose: 'Of the test.', fifo: true },
  deadLetterTable: { kind: 'table', purpose: 'Of the test.' },
};
const log: EstateLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, at: () => log };
const SUPREME = { iss: 'test', aud: 'test', sub: 'test', iat: 0, exp: 1, ver: 1, supreme: true } as const;

const setUp = (test: TestContext, workers: Record<string, Worker> = {}) => {
  const directory = temporaryDirectory();
  const estates: Estate[] = [];
  test.after(async () => {
    for (const estate of estates) await estate.close();
    directory.remove();
  });
  failOnLeaks(test);
  const open = (): Estate => {
    const owner = { pid: process.pid, command: 'test' };
    const configuration = { collectorHost: undefined, collectorPort: 4318 };
    const estate = openEstate({ directory: directory.path, owner, catalogue: CATALOGUE, workers, log, configuration });
    estates.push(estate);
    return estate;
  };
  return { open, directory: directory.path };
};

const importCampaign = async (estate: Estate, name = 'Tour'): Promise<void> => {
  const { campaigns } = await estate.services();
  await campaigns.manager.importCampaigns([{ _id: 'tour', name }], SUPREME);
};

/** What the stream holds, read without an estate. */
const streamed = async (directory: string): Promise<string[]> => {
  const platform = createEmbeddedPlatform({ directory, catalogue: CATALOGUE });
  const stream = platform.stream('campaignDataStream');
  const ids: string[] = [];
  for (const { id: shard } of await stream.shards()) {
    const { records } = await stream.read({ shard, after: undefined, limit: 100 });
    ids.push(...records.map(({ data }) => (JSON.parse(String(data)) as { id: string }).id));
  }
  await platform.close();
  return ids;
};

describe('events of campaigns in an estate', () => {
  it('reach the workers behind the stream before the estate is settled', async (test) => {
    const seen = createProbe<string>();
    const worker = aWorker(kinesis('campaignDataStream'), async (records) => {
      for (const { data } of records) seen.note((data as { id: string }).id);
      return {};
    });
    const estate = setUp(test, { worker }).open();
    const engine = await estate.engine();
    for (const name of ['One', 'Two', 'Three']) {
      await importCampaign(estate, name);
      await engine.settled();
    }
    assert.deepEqual(seen.values, ['tour.1', 'tour.2', 'tour.3']);
  });

  it('leave before the estate is closed, also where no worker runs', async (test) => {
    const { open, directory } = setUp(test);
    const estate = open();
    await importCampaign(estate);
    await estate.close();
    assert.deepEqual(await streamed(directory), ['tour.1']);
    const [purge] = await receivedStore(directory).list('fastly', { after: 0, limit: 10 });
    assert.match(JSON.stringify(purge), /campaign\/tour/);
  });

  it('that a killed process left behind leave at the next start, without waiting for its lease', async (test) => {
    const { open, directory } = setUp(test);
    const first = open();
    await importCampaign(first);
    await first.close();
    const platform = createEmbeddedPlatform({ directory, catalogue: CATALOGUE });
    const database = platform.database('campaigns');
    const update = { $set: { unsent: 'campaignDataStream' }, $unset: { sentAt: '' } };
    await database.collection('outbox').updateOne({ destination: 'campaignDataStream' }, update);
    const held = { $set: { holder: 'estate', expiresAtMs: platform.clock.now() + 3_600_000 } };
    await database.collection('leases').updateOne({ _id: 'outbox/campaignDataStream' }, held);
    await platform.close();
    const second = open();
    await second.services();
    await second.close();
    assert.deepEqual(await streamed(directory), ['tour.1', 'tour.1'], 'at least once, under the same id');
  });
});
