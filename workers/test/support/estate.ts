import type { ChangeRecord, JsonValue, StreamRecord } from '@verifiedfan/ports';
import { dynamodbPayload, kinesisPayload } from '@verifiedfan/worker';
import { workers } from '../../index.ts';
import { createProperties } from '../../scoring/save-fanlist-scores/properties.ts';
import type { Chance } from './chance.ts';
import { type Consumer, createConsumer } from './consumer.ts';
import type { DirectClients } from './direct-clients.ts';
import { withFaults } from './faults.ts';
import { createTestHost, handlerOf, preparedOf, withServices } from './host.ts';
import { runInvocation } from './invocation.ts';
import { createLoader, type Loader } from './loader.ts';
import type { TestPlatform } from './platform.ts';

export const SCORE_CONSUMERS = ['loadScoresToDynamoDB', 'saveEntryScoring', 'saveFanlistScores'] as const;

export type Estate = {
  platform: TestPlatform;
  loader: Loader;
  consumers: Consumer[];
  /** Runs a part of the estate as one process that may fail and die. */
  disturbed<Result>(chance: Chance, run: () => Promise<Result>): Promise<Result>;
  /** From now on nothing fails. */
  calm(): void;
  /** All that was ever uploaded and streamed is delivered a second time. */
  deliverAgain(): Promise<void>;
};

/** The scoring workers between their sources, on ports that fail, mix and die; batches are small, so that small files have many. */
export const createEstate = async (platform: TestPlatform, clients: DirectClients): Promise<Estate> => {
  const faulty = withFaults(platform);
  const host = createTestHost({ platform: faulty });
  const { fetchOffer, entries, find } = clients;
  const propertiesOf = createProperties({ find, clock: platform.clock });
  const replaced = {
    loadScoresToDynamoDB: workers.loadScoresToDynamoDB,
    saveEntryScoring: withServices(workers.saveEntryScoring, { entries }),
    saveFanlistScores: withServices(workers.saveFanlistScores, { propertiesOf }),
  };
  const loaderWorker = withServices(workers.loadScoresToStream, { batchRows: 2, fetchOffer });
  const loader = createLoader({ platform, prepared: preparedOf('loadScoresToStream', host, loaderWorker) });
  const scores = platform.stream('scoresStream');
  const { changes } = platform.table('demandTable');
  const consumers = [
    ...(await scores.shards()).flatMap(({ id: shard }) =>
      SCORE_CONSUMERS.map((worker) =>
        createConsumer<StreamRecord>({
          worker,
          shard,
          log: scores,
          handler: handlerOf(worker, host, replaced[worker]),
          eventOf: (records) => ({ Records: records.map((record) => kinesisPayload(record, 'scoresStream')) }),
        }),
      ),
    ),
    ...(await changes.shards()).map(({ id: shard }) =>
      createConsumer<ChangeRecord>({
        worker: 'processSavedScores',
        shard,
        log: changes,
        handler: handlerOf('processSavedScores', host),
        eventOf: (records) => windowEvent(shard, records),
      }),
    ),
  ];
  let faultPercent = 8;
  return {
    platform,
    loader,
    consumers,
    disturbed: (chance, run) => {
      const diesAtCall = faultPercent > 0 && chance.percent(15) ? chance.between(1, 12) : undefined;
      return runInvocation({ chance, faultPercent, diesAtCall }, run);
    },
    calm() {
      faultPercent = 0;
    },
    async deliverAgain() {
      await loader.again();
      for (const consumer of consumers) await consumer.again();
    },
  };
};

const windowEvent = (shard: string, records: readonly ChangeRecord[]): JsonValue => ({
  shardId: shard,
  eventSourceARN: 'arn:aws:dynamodb:local:000000000000:table/demandTable/stream/local',
  window: { start: '2026-01-01T00:00:00Z', end: '2026-01-01T00:00:01Z' },
  state: {},
  isFinalInvokeForWindow: false,
  isWindowTerminatedEarly: false,
  Records: records.map((record) => dynamodbPayload(record, 'demandTable')),
});
