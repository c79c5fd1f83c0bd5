import type { ChangeRecord, Item, JsonValue } from '@verifiedfan/ports';
import { makeSqsInput } from '@verifiedfan/test-utils';
import { dynamodbPayload } from '@verifiedfan/worker';
import { memberKey } from '../../../scoring/domain/keys.ts';
import { createTestClock } from '../../support/clock.ts';
import type { Owner } from '../../support/owner.ts';
import { openTestPlatform, type TestPlatform } from '../../support/platform.ts';
import type { TestCampaign } from '../../support/real-services.ts';
import { startTestServices } from '../../support/services.ts';
import { makeSetting, type Setting } from '../../support/setting.ts';

export type RefreshAnswer = {
  campaigns: { input: number; missing: number; skipped: number; refreshed: number; requeued: number; failed: number };
  markets: { input: number; applied: number; unchanged: number; missing: number; failed: number };
  scans: number;
  rows: number;
  batchItemFailures: { itemIdentifier: string }[];
};

export const CAMPAIGN = 'tour';
export const RULES = { minScore: 0.5, requireVerified: true, capacity: 10 };
export const TOUR: TestCampaign = {
  _id: CAMPAIGN,
  markets: [{ eventId: 'e1', selectionRules: RULES }, { eventId: 'e2' }],
};

export type TestMember = { memberId: string; score: number; isVerified?: boolean; events: string[] };
export const members = (count: number, score = 0.9, events = ['e1', 'e2']): TestMember[] =>
  Array.from({ length: count }, (_, at) => ({ memberId: `m${at}`, score, isVerified: true, events }));

export const changesEvent = (shardId: string, records: readonly ChangeRecord[]): JsonValue => ({
  shardId,
  eventSourceARN: 'arn:aws:dynamodb:local:000000000000:table/demandTable/stream/local',
  window: { start: '2026-01-01T00:00:00Z', end: '2026-01-01T00:00:01Z' },
  state: {},
  isFinalInvokeForWindow: false,
  isWindowTerminatedEarly: false,
  Records: records.map((record) => dynamodbPayload(record, 'demandTable')),
});

export const refreshEvent = (bodies: readonly unknown[]) =>
  makeSqsInput(
    bodies.map((body) => ({ body: JSON.stringify(body) })),
    { queue: 'refreshSelectionsQueue' },
  );

/** Counts all changes of members that nobody has counted yet, as processSavedScores does on its own. */
export const createCounting = ({ platform, run }: Pick<Setting, 'platform' | 'run'>) => {
  const { changes } = platform.table('demandTable');
  const positions = new Map<string, string>();
  return async ({ again = false } = {}): Promise<void> => {
    for (const { id: shard } of await changes.shards()) {
      const after = again ? undefined : positions.get(shard);
      const { records } = await changes.read({ shard, after, limit: 10_000 });
      if (records.length > 0) await run('processSavedScores', changesEvent(shard, records));
      const last = records.at(-1)?.sequence;
      if (last !== undefined) positions.set(shard, last);
    }
  };
};

export const saveMembers = async (platform: TestPlatform, rows: readonly TestMember[], campaignId = CAMPAIGN) => {
  const actions = rows.map((row) => ({ put: { ...memberKey(campaignId, row.memberId), ...row } as Item }));
  await platform.table('demandTable').updateMany(actions);
};

/** selectionRefresh in front of the real campaign-service, over HTTP. */
export const startSelections = async (owner: Owner, campaigns: readonly TestCampaign[] = [TOUR]) => {
  const clock = createTestClock();
  const platform = openTestPlatform(owner, { clock });
  const services = await startTestServices(owner, clock);
  const { endpoint, workerToken } = services;
  await services.importCampaigns(campaigns);
  const setting = makeSetting(owner, { platform, endpoint, workerToken });
  const count = createCounting(setting);
  return {
    ...setting,
    clock,
    services,
    count,
    table: platform.table('demandTable'),
    /** Members that are saved and counted. */
    async score(rows: readonly TestMember[], campaignId = CAMPAIGN): Promise<void> {
      await saveMembers(platform, rows, campaignId);
      await count();
    },
    refresh: (...bodies: unknown[]) =>
      setting.run<RefreshAnswer>(
        'selectionRefresh',
        refreshEvent(bodies.length === 0 ? [{ campaignId: CAMPAIGN }] : bodies),
      ),
    /** What the worker sent back to its own queue, taken out of it. */
    async requeued() {
      const queue = platform.queue('refreshSelectionsQueue');
      clock.advance(5_000);
      const messages = await queue.receive({ max: 100 });
      await queue.deleteMany(messages.map(({ receiptHandle }) => receiptHandle));
      return messages.map(({ body }) => JSON.parse(body) as { campaignId: string; attempt: number; seen: number });
    },
  };
};
export type Selections = Awaited<ReturnType<typeof startSelections>>;
