import type { Database, Platform } from '@verifiedfan/ports';
import type { ServiceLog, ServiceServer, ServiceTracing, VerifyToken } from '@verifiedfan/service';

/** What every service is made of. */
export type ServiceParts = Pick<Platform, 'clock' | 'random'> & {
  database: Database;
  log: ServiceLog;
  verifyToken: VerifyToken;
  tracing?: ServiceTracing | undefined;
};

/** What some services work with besides. */
export type ServiceSurroundings = {
  /** Has what the list of services says of this one. */
  platform: Platform;
  /** Other base URLs of partners than their own. */
  endpoints: Readonly<Record<string, string>>;
  /** Settings of campaign-service by the names of its README. @default none */
  campaignSettings?: Readonly<Record<string, string | undefined>>;
};

export type OpenedService = {
  server: ServiceServer;
  /** How long it goes on answering after it was asked to stop, until the balancer has noticed. @default 0 */
  drainMs?: number;
  /** Begins what it does without being asked; called once it listens. */
  start?(): void;
  /** Ends that, then closes what was opened for this service alone; called when no request is under way any more. */
  close?(): Promise<void>;
};

export type OpenService = (parts: ServiceParts, surroundings: ServiceSurroundings) => Promise<OpenedService>;
