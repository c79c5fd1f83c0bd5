import type { CampaignDestinations } from '@verifiedfan/campaign-service';
import type { Catalogue, Platform, Queue, RecordStream } from '@verifiedfan/ports';

export type CampaignDestinationsOptions = { platform: Platform; catalogue: Catalogue };

/**
 * Where campaign-service publishes: what the catalogue has of it, opened with the first event. Most commands change no campaign, and need not
 * open a stream for that.
 */
export const campaignDestinations = ({ platform, catalogue }: CampaignDestinationsOptions): CampaignDestinations => {
  const queue = (name: string): Pick<Queue, 'sendMany'> | undefined =>
    catalogue[name]?.kind === 'queue'
      ? { sendMany: async (messages) => platform.queue(name).sendMany(messages) }
      : undefined;
  const stream = (name: string): Pick<RecordStream, 'putMany'> | undefined =>
    catalogue[name]?.kind === 'stream'
      ? { putMany: async (entries) => platform.stream(name).putMany(entries) }
      : undefined;
  return {
    campaignDataStream: stream('campaignDataStream'),
    dataPipelineQueue: queue('dataPipelineQueue'),
    attendanceQueue: queue('attendanceQueue'),
    refreshSelectionsQueue: queue('refreshSelectionsQueue'),
  };
};
