import type { CampaignDestinations } from '@verifiedfan/campaign-service';
import type { Catalogue, Platform, Queue, RecordStream } from '@verifiedfan/ports';
import { SANDBOX_FASTLY } from '@verifiedfan/sandbox';
import { once } from './once.ts';

export type CampaignDestinationsOptions = {
  platform: Platform;
  catalogue: Catalogue;
  /** Where the sandbox stands in for Fastly; asked with the first purge, when it listens. */
  fastlyUrl: () => string;
};

/**
 * Where campaign-service publishes: what the catalogue has of it, opened with the first event. Most commands change no campaign, and need not
 * open a stream for that.
 */
export const campaignDestinations = ({
  platform,
  catalogue,
  fastlyUrl,
}: CampaignDestinationsOptions): { destinations: CampaignDestinations; close(): Promise<void> } => {
  const queue = (name: string): Pick<Queue, 'sendMany'> | undefined =>
    catalogue[name]?.kind === 'queue'
      ? { sendMany: async (messages) => platform.queue(name).sendMany(messages) }
      : undefined;
  const stream = (name: string): Pick<RecordStream, 'putMany'> | undefined =>
    catalogue[name]?.kind === 'stream'
      ? { putMany: async (entries) => platform.stream(name).putMany(entries) }
      : undefined;
  const fastly = once(async () => {
    const { createFastly } = await import('@verifiedfan/fastly');
    const { clock, random } = platform;
    return createFastly({ ...SANDBOX_FASTLY, clock, random, baseUrl: fastlyUrl() });
  });
  const destinations: CampaignDestinations = {
    campaignDataStream: stream('campaignDataStream'),
    dataPipelineQueue: queue('dataPipelineQueue'),
    attendanceQueue: queue('attendanceQueue'),
    refreshSelectionsQueue: queue('refreshSelectionsQueue'),
    async purge(keys) {
      await (await fastly()).purge(keys);
    },
  };
  return {
    destinations,
    async close() {
      await (await fastly.started())?.close();
    },
  };
};
