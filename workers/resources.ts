import type { Catalogue } from '@verifiedfan/ports';

/**
 * The one catalogue of tables, streams, queues, buckets, caches and schedules. The local runtime, the AWS app, the rights and the
 * documents are derived from it.
 */
export const resources = {
  scoringBucket: { kind: 'bucket', purpose: 'Score files, as they are uploaded.' },
  scoresStream: { kind: 'stream', purpose: 'Scored members: one record a row, by member.', shards: 2 },
  campaignDataStream: { kind: 'stream', purpose: 'Published events (CloudEvents) of fan lists and campaigns.' },
  demandTable: { kind: 'table', purpose: 'Member scores, counts, fan lists, the manifest of score files.' },
  checkpointTable: {
    kind: 'table',
    purpose: 'How far the process of `start --platform aws` has come in streams, and its lease. Lambda needs neither.',
  },
  deadLetterTable: { kind: 'table', purpose: 'Rejected records with their reasons, for every worker.' },
  verdictReporterQueue: {
    kind: 'queue',
    purpose: 'Loads that ended and campaigns to look at again, to be reported to Slack.',
    visibilitySeconds: 120,
    maxReceiveCount: 10,
  },
  loadContinuationQueue: {
    kind: 'queue',
    purpose: 'Loads that outlasted one invocation, to be continued from their checkpoint.',
    visibilitySeconds: 900,
    maxReceiveCount: 5,
  },
  refreshSelectionsQueue: {
    kind: 'queue',
    purpose: 'Campaigns whose markets or scores changed, so that selections are to be computed again.',
    visibilitySeconds: 300,
    maxReceiveCount: 10,
  },
  dataPipelineQueue: {
    kind: 'queue',
    purpose: 'Changes of campaigns and markets (CloudEvents) for analytics, which takes them; in order per campaign.',
    fifo: true,
  },
  attendanceQueue: {
    kind: 'queue',
    purpose:
      'Markets with the dates of their events (CloudEvents), for attendance, which takes them; in order per campaign.',
    fifo: true,
  },
  campaignRefreshSchedule: {
    kind: 'schedule',
    purpose: 'When campaigns whose time has come are opened, closed and retired.',
    expression: 'rate(1 minute)',
  },
  discoveryCache: {
    kind: 'cache',
    purpose: 'Answers of Discovery, and promoters, for campaign-service, by hash of what was asked.',
  },
  phoneScoreCache: { kind: 'cache', purpose: 'Phone scores for a day, by keyed hash: every look-up is billed.' },
} as const satisfies Catalogue;

export type ResourceName = keyof typeof resources;
