import type { Clock } from '@verifiedfan/ports';
import { toError } from '@verifiedfan/worker';

/** What downstream readers of the fan list want to know of the campaign. */
export type CampaignProperties = { name: string; status: string };

/** By campaign: its properties, or why they cannot be had now. */
export type KnownProperties = ReadonlyMap<string, CampaignProperties | Error>;

const TTL_MS = 60_000;
const MAX_CAMPAIGNS = 1_000;

export type PropertiesOptions = {
  find: (campaignId: string) => Promise<{ name: unknown; status: string } | undefined>;
  clock: Clock;
};

/** Campaign properties, asked for once per campaign and minute however many batches need them at once. */
export const createProperties = ({ find, clock }: PropertiesOptions) => {
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
    const entry = { untilMs: clock.now() + TTL_MS, properties: load(campaignId) };
    cached.set(campaignId, entry);
    // An outage must not be remembered; somebody else may have asked again meanwhile.
    entry.properties.catch(() => cached.get(campaignId) === entry && cached.delete(campaignId));
    return entry.properties;
  };
};

/** The properties of all campaigns that the statements name; one that cannot be had does not keep the others waiting. */
export const readProperties = async (
  propertiesOf: (campaignId: string) => Promise<CampaignProperties>,
  statements: readonly { tag: { campaignId: string } }[],
): Promise<KnownProperties> => {
  const ids = new Set<string>();
  for (const { tag } of statements) ids.add(tag.campaignId);
  const read = [...ids].map(async (id) => [id, await propertiesOf(id).catch(toError)] as const);
  return new Map(await Promise.all(read));
};
