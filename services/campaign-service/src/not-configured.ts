import { ServiceError } from '@verifiedfan/service';

/** The status of routes whose partner the installation does not have. */
export const NOT_CONFIGURED_ERRORS = { NOT_CONFIGURED: 503 } as const;

export type NotConfigured = undefined;

/** The partner of a route; throws NOT_CONFIGURED when it is asked for and there is none. */
export const required =
  <Partner>(partner: Partner | NotConfigured): (() => Partner) =>
  () => {
    if (partner !== undefined) return partner;
    throw new ServiceError({ code: 'NOT_CONFIGURED', message: 'This installation does not have what the route needs' });
  };
