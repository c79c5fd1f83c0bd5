import type { Clock } from '@verifiedfan/ports';

/** What downstream readers of the fan list want to know of the campaign. */
export type CampaignProperties = { name: string; status: string };

const TTL_MS = 60_000;
const MAX_CAMPAIGNS = 1_000;

/** Campaign properties, asked for once per campaign and minute however many batches need them at once. */
export const createProperties = ({
  find,
  clock,
}: {
  find: (campaignId: string) => Promise<{ name: unknown; status: string } | undefined>;
  clock: Clock;
}) => {
  const cached = new Map<string, { untilMs: number; properties: Promise<CampaignProperties> }>();
  const load = async (campaignId: string): Promise<CampaignProperties> => {
    const campaign = await find(campaignId);
    // A campaign that was removed after its file was loaded still has a fan list.
    return {
      name: typeof campaign?.name === 'string' ? campaign.name : campaignId,
      status: campaign?.status ?? 'UNKNOWN',
    };
  };
  return (campaignId: string): Promise<CampaignProperties> => {
    const known = cached.get(campaignId);
    if (known !== undefined && known.untilMs > clock.now()) return known.properties;
    if (cached.size >= MAX_CAMPAIGNS) cached.clear();
    const properties = load(campaignId);
    cached.set(campaignId, { untilMs: clock.now() + TTL_MS, properties });
    // An outage must not be remembered.
    properties.catch(() => cached.delete(campaignId));
    return properties;
  };
};
