import type { ResourceName } from '@verifiedfan/workers/resources';

/**
 * A REST service as it runs on AWS. Its bundle and what that opens, the rights of its task, the secrets of a stage and docs/rights.md follow
 * from this alone.
 */
export type ServiceDefinition = {
  purpose: string;
  /** What the database of its collections is called, behind the name of the stage. */
  database: string;
  /** What it sends to. */
  writes: readonly ResourceName[];
  /** The caches that it reads and writes. */
  caches: readonly ResourceName[];
  /** Secrets without which it does not start, beside the addresses of its database and its caches. */
  secrets: readonly string[];
  /** Whom it asks, by the names of their endpoints, with the secrets that each needs. One whose secrets have no values is done without. */
  partners: Readonly<Record<string, readonly string[]>>;
};

/** The one list of REST services. */
export const services = {
  'campaign-service': {
    purpose: 'Campaigns and their markets.',
    database: 'campaigns',
    writes: ['campaignDataStream', 'dataPipelineQueue', 'attendanceQueue', 'refreshSelectionsQueue'],
    caches: ['discoveryCache'],
    secrets: ['tokenKeys'],
    partners: {
      discovery: ['discoveryApiKey'],
      fastly: ['fastlyToken', 'fastlyServiceId'],
      gitlab: ['gitlabToken', 'gitlabProject'],
    },
  },
  'entry-service': {
    purpose: 'Registrations of fans, and what scoring says about them.',
    database: 'entries',
    writes: [],
    caches: [],
    secrets: ['tokenKeys'],
    partners: {},
  },
} as const satisfies Readonly<Record<string, ServiceDefinition>>;
export type ServiceName = keyof typeof services;
