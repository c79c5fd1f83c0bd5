import type { JsonObject, RecordStream, Table } from '@verifiedfan/ports';
import { defineWorker, type HandleContext, kinesis } from '@verifiedfan/worker';
import { applyRows } from '../domain/apply-rows.ts';
import { createCampaigns } from '../domain/campaigns.ts';
import { fanlistKey, IDENTIFIER_KINDS } from '../domain/keys.ts';
import { readRecords } from '../domain/read-records.ts';
import type { RowChange, RowOutcome } from '../domain/settle-rows.ts';
import { removedEvent, scoredEvent } from './event.ts';
import { claimIdentifiers, type Identifier, withdrawIdentifiers } from './identifiers.ts';
import { type CampaignProperties, createProperties } from './properties.ts';

type FanlistServices = {
  table: Table;
  stream: RecordStream;
  nowMs(): number;
  propertiesOf(campaignId: string): Promise<CampaignProperties>;
};

/**
 * Keeps one row per fan identifier and campaign, and publishes every row that holds. Rows are written, then published under an id made
 * from the row, then acknowledged: a crash in between is made good by the redelivery. All counters count identifiers:
 * input.in = invalid + duplicate + valid; valid = dynamo.in = out + rejected + failed; dynamo.out = stream.in = out + failed.
 */
export const saveFanlistScores = defineWorker({
  purpose: 'Keeps one row per fan identifier and campaign, and publishes the rows that hold to campaignDataStream.',
  source: kinesis('scoresStream', { batchSize: 1_000, bisectOnError: true, maxRetries: 5 }),
  reads: ['demandTable/file:*/*'],
  writes: [...IDENTIFIER_KINDS.map((kind) => `demandTable/${kind}:*/campaign:*`), 'campaignDataStream'],
  calls: ['campaignService'],
  services(kit): FanlistServices {
    const { client } = createCampaigns(kit);
    return {
      table: kit.table('demandTable'),
      stream: kit.stream('campaignDataStream'),
      nowMs: () => kit.clock.now(),
      propertiesOf: createProperties({ find: client.findById, clock: kit.clock }),
    };
  },
  async handle(records, context) {
    const { services, reject } = context;
    const { scores, withdrawals, invalid } = readRecords(records, reject);
    const { claims, duplicates } = claimIdentifiers(scores);
    const properties = await attachProperties(services, [
      ...claims.map(({ campaignId }) => campaignId),
      ...withdrawals.map(({ withdrawal }) => withdrawal.campaignId),
    ]);
    const changes: RowChange<Identifier>[] = claims.map((claim) => ({
      key: fanlistKey(claim.kind, claim.identifier, claim.campaignId),
      tag: claim,
      claim: claim.claim,
      extra: { campaign: properties.get(claim.campaignId) ?? {} },
    }));
    const { outcomes, superseded } = await applyRows(services.table, [...changes, ...withdrawIdentifiers(withdrawals)]);
    const sorted = sortOutcomes(outcomes, context.fail);
    const stream = await publish({ services, properties, ...sorted }, context);
    const rejected = sorted.rejected + superseded.length;
    return {
      input: { in: claims.length + duplicates + invalid, invalid, duplicate: duplicates, valid: claims.length },
      dynamo: { in: claims.length, failed: sorted.failed, out: sorted.held.length, rejected },
      stream,
      ...(sorted.withdrawn > 0 ? { removed: sorted.withdrawn } : {}),
    };
  },
});

const attachProperties = async (
  services: FanlistServices,
  campaignIds: readonly string[],
): Promise<Map<string, CampaignProperties>> => {
  const ids = [...new Set(campaignIds)];
  return new Map(await Promise.all(ids.map(async (id) => [id, await services.propertiesOf(id)] as const)));
};

type Held = { tag: Identifier; outcome: Extract<RowOutcome<Identifier>, { effect: unknown }> };
type Sorted = { held: Held[]; after: Held[]; rejected: number; failed: number; withdrawn: number };

/** Whether the claim that a record brought is the one that holds now: then it is published, also when it was there before. */
const sortOutcomes = (outcomes: readonly RowOutcome<Identifier>[], fail: HandleContext<unknown>['fail']): Sorted => {
  const sorted: Sorted = { held: [], after: [], rejected: 0, failed: 0, withdrawn: 0 };
  for (const outcome of outcomes) {
    const claim =
      'claim' in outcome.tag ? (outcome.tag.claim as { file: string; load: number; line: number }) : undefined;
    if ('error' in outcome) {
      fail(outcome.tag.record, outcome.error);
      if (claim !== undefined) sorted.failed += 1;
    } else if (claim === undefined) {
      sorted.after.push({ tag: outcome.tag, outcome });
      if (outcome.effect !== 'none') sorted.withdrawn += 1;
    } else {
      const { holder } = outcome.standing ?? {};
      const holds = holder?.file === claim.file && holder.load === claim.load && holder.line === claim.line;
      if (holds) sorted.held.push({ tag: outcome.tag, outcome });
      else sorted.rejected += 1;
    }
  }
  return sorted;
};

type PublishOptions = Sorted & { services: FanlistServices; properties: Map<string, CampaignProperties> };

const publish = async (
  { services, properties, held, after }: PublishOptions,
  { fail }: Pick<HandleContext<unknown>, 'fail'>,
): Promise<{ in: number; failed: number; out: number }> => {
  const all = [...held, ...after];
  const entries = all.map(({ tag, outcome }) => ({
    partitionKey: tag.identifier,
    data: JSON.stringify(eventOf(tag, outcome, properties, services.nowMs())),
  }));
  const results = entries.length === 0 ? [] : await services.stream.putMany(entries);
  let failed = 0;
  for (const [at, result] of results.entries()) {
    if (!('error' in result)) continue;
    if (at < held.length) failed += 1;
    fail((all[at] as Held).tag.record, result.error);
  }
  return { in: held.length, failed, out: held.length - failed };
};

/** What holds now, or that nothing does: the same for every repetition of a withdrawal. */
const eventOf = (
  tag: Identifier,
  { standing, revision }: Held['outcome'],
  properties: Map<string, CampaignProperties>,
  atMs: number,
): JsonObject => {
  const campaign = properties.get(tag.campaignId) ?? { name: tag.campaignId, status: 'UNKNOWN' };
  if (standing !== undefined) return scoredEvent(tag, { standing, revision, campaign });
  const { load } = tag.record.data as { load: number };
  return removedEvent(tag, { load, atMs });
};
