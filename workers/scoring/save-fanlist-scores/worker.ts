import type { RecordStream, Table } from '@verifiedfan/ports';
import { defineWorker, type HandleContext, kinesis } from '@verifiedfan/worker';
import { applyRows } from '../domain/apply-rows.ts';
import { createCampaigns } from '../domain/campaigns.ts';
import { fanlistKey, IDENTIFIER_KINDS, type IdentifierKind } from '../domain/keys.ts';
import { readRecords } from '../domain/read-records.ts';
import type { RowChange, RowOutcome } from '../domain/settle-rows.ts';
import {
  claimIdentifiers,
  type Identifier,
  type IdentifierClaim,
  isClaim,
  withdrawIdentifiers,
} from './identifiers.ts';
import { type CampaignProperties, createProperties, type KnownProperties, readProperties } from './properties.ts';
import { type Publication, publish } from './publish.ts';

type FanlistServices = {
  table: Table;
  stream: RecordStream;
  propertiesOf(campaignId: string): Promise<CampaignProperties>;
};

const rowsOf = (kind: IdentifierKind): string => `demandTable/${kind}:*/campaign:*`;

/**
 * Keeps one row per fan identifier and campaign, and publishes every row that holds. Rows are written, then published under an id made
 * from the row, then acknowledged: a crash in between is made good by the redelivery. All counters count identifiers:
 * input.in = invalid + duplicate + valid; valid = dynamo.in = out + rejected + failed; dynamo.out = stream.in = out + failed.
 */
export const saveFanlistScores = defineWorker({
  purpose: 'Keeps one row per fan identifier and campaign, and publishes the rows that hold to campaignDataStream.',
  source: kinesis('scoresStream', { batchSize: 1_000, bisectOnError: true, maxRetries: 5 }),
  reads: ['demandTable/file:*/meta:file* get', ...IDENTIFIER_KINDS.map((kind) => `${rowsOf(kind)} get`)],
  writes: [...IDENTIFIER_KINDS.map((kind) => `${rowsOf(kind)} put delete`), 'campaignDataStream'],
  secrets: ['tokenKeys'],
  calls: ['campaignService'],
  services(kit): FanlistServices {
    const campaigns = createCampaigns(kit);
    return {
      table: kit.table('demandTable'),
      stream: kit.stream('campaignDataStream'),
      propertiesOf: createProperties({ find: campaigns.find, clock: kit.clock }),
    };
  },
  async handle(records, { services, reject, fail }) {
    const { scores, withdrawals, invalid } = readRecords(records, reject);
    const { claims, duplicates } = claimIdentifiers(scores);
    const statements = [...claims.map(claimChange), ...withdrawIdentifiers(withdrawals)];
    const properties = await readProperties(services.propertiesOf, statements);
    const { changes, unwritable } = attachProperties(statements, properties, fail);
    const { outcomes, superseded, undone } = await applyRows(services.table, changes);
    const sorted = sortOutcomes(outcomes, fail);
    const after = [...sorted.after, ...undone.flatMap((outcome) => ('error' in outcome ? [] : [outcome]))];
    const stream = await publish({ stream: services.stream, properties, held: sorted.held, after, fail });
    return {
      input: { in: claims.length + duplicates + invalid, invalid, duplicate: duplicates, valid: claims.length },
      dynamo: {
        in: claims.length,
        failed: sorted.failed + unwritable,
        out: sorted.held.length,
        rejected: sorted.rejected + superseded.length + undone.length,
      },
      stream,
      ...(sorted.withdrawn > 0 ? { removed: sorted.withdrawn } : {}),
    };
  },
});

const claimChange = (tag: IdentifierClaim): RowChange<Identifier> => ({
  key: fanlistKey(tag.kind, tag.identifier, tag.campaignId),
  tag,
  claim: tag.claim,
});

type Fail = HandleContext<unknown>['fail'];

/** Rows of a campaign whose properties cannot be had are repeated later; the others go on. */
const attachProperties = (
  statements: readonly RowChange<Identifier>[],
  properties: KnownProperties,
  fail: Fail,
): { changes: RowChange<Identifier>[]; unwritable: number } => {
  const changes: RowChange<Identifier>[] = [];
  let unwritable = 0;
  for (const statement of statements) {
    const known = properties.get(statement.tag.campaignId);
    if (known === undefined || known instanceof Error) {
      fail(statement.tag.record, known);
      if ('claim' in statement) unwritable += 1;
    } else changes.push('claim' in statement ? { ...statement, extra: { campaign: known } } : statement);
  }
  return { changes, unwritable };
};

type Sorted = { held: Publication[]; after: Publication[]; rejected: number; failed: number; withdrawn: number };

/** Whether the claim that a record brought is the one that holds now: then it is published, also when it was there before. */
const sortOutcomes = (outcomes: readonly RowOutcome<Identifier>[], fail: Fail): Sorted => {
  const sorted: Sorted = { held: [], after: [], rejected: 0, failed: 0, withdrawn: 0 };
  for (const outcome of outcomes) {
    const { tag } = outcome;
    if ('error' in outcome) {
      fail(tag.record, outcome.error);
      if (isClaim(tag)) sorted.failed += 1;
    } else if (!isClaim(tag)) {
      sorted.after.push(outcome);
      if (outcome.effect !== 'none') sorted.withdrawn += 1;
    } else if (holds(tag, outcome.standing?.holder)) sorted.held.push(outcome);
    else sorted.rejected += 1;
  }
  return sorted;
};

type Place = { file: string; load: number; line: number };

const holds = ({ claim }: IdentifierClaim, holder: Place | undefined): boolean =>
  holder?.file === claim.file && holder.load === claim.load && holder.line === claim.line;
