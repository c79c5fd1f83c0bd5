import { hash } from 'node:crypto';
import type { JsonObject } from '@verifiedfan/ports';
import type { Standing } from '@verifiedfan/standing';
import type { ScoresStreamRecord } from '../domain/score-record.ts';
import type { ScoreClaim } from '../domain/standing-item.ts';
import type { Identifier } from './identifiers.ts';
import type { CampaignProperties } from './properties.ts';

const idOf = (identifier: Identifier, version: string): string =>
  hash('sha256', `${identifier.kind}:${identifier.identifier}\n${identifier.campaignId}\n${version}`).slice(0, 32);

/**
 * A fan-list row as a CloudEvent (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md). The id is made from the row's key
 * and version, so a repetition has the same id; `sequence` counts the row's writes.
 */
export const scoredEvent = (
  identifier: Identifier,
  { standing, revision, campaign }: { standing: Standing<JsonObject>; revision: number; campaign: CampaignProperties },
): JsonObject => {
  const { content, load, line, file, scoredAt, meta } = standing.holder as ScoreClaim;
  return {
    specversion: '1.0',
    id: idOf(identifier, `${file}.${load}.${line}.${revision}`),
    source: 'verifiedfan/scoring',
    type: 'verifiedfan.fanlist.scored',
    subject: identifier.campaignId,
    time: new Date((standing.holder as ScoreClaim).scoredAtMs).toISOString(),
    sequence: String(revision),
    ...traceOf(meta),
    data: { kind: identifier.kind, identifier: identifier.identifier, campaign, ...content, scoredAt },
  };
};

/** That nothing holds any more, as the record says that took it away: a repetition of that record makes the same event. */
export const removedEvent = (identifier: Identifier): JsonObject => {
  const { kind, campaignId, record } = identifier;
  const { load, meta } = record.data as ScoresStreamRecord;
  return {
    specversion: '1.0',
    id: idOf(identifier, `removed.${load}`),
    source: 'verifiedfan/scoring',
    type: 'verifiedfan.fanlist.removed',
    subject: campaignId,
    time: new Date(record.meta.timeMs).toISOString(),
    ...traceOf(meta),
    data: { kind, identifier: identifier.identifier },
  };
};

const traceOf = (meta: JsonObject): JsonObject =>
  typeof meta.traceparent === 'string' ? { traceparent: meta.traceparent } : {};
