import type { Tracing } from '@verifiedfan/tracing';
import type { Configuration } from './configuration.ts';

/** Spans go to the configured collector; without one nothing is loaded, and nothing traced. An unreachable collector costs nothing. */
export const openTracing = async (
  { collectorHost, collectorPort }: Pick<Configuration, 'collectorHost' | 'collectorPort'>,
  serviceName: string,
): Promise<Tracing | undefined> => {
  if (collectorHost === undefined || collectorHost === '') return undefined;
  const { createTracing } = await import('@verifiedfan/tracing');
  return createTracing({ serviceName, collectorHost, collectorPort });
};
