import { createInSpan, type ServiceTracing } from '@verifiedfan/service';
import type { CampaignChange, CampaignDatastore } from './datastore.ts';

/** What a change does, as the spans of reading are named: `campaigns.update`, `markets.remove`. */
const nameOf = ({ previous, publications: [publication] }: CampaignChange): string => {
  const [, market] = /^verifiedfan\.market\.(created|updated|removed)$/.exec(publication?.type ?? '') ?? [];
  if (market !== undefined) return `markets.${market.replace(/d$/, '')}`;
  return previous === undefined ? 'campaigns.create' : 'campaigns.update';
};

/** The same datastore with a span around each write, around that of the database. Without tracing it is the datastore itself. */
export const traceWrites = (
  datastore: CampaignDatastore,
  { tracing }: { tracing: ServiceTracing | undefined },
): CampaignDatastore => {
  if (tracing?.enabled !== true) return datastore;
  const inSpan = createInSpan(tracing);
  return {
    ...datastore,
    save: (change, others) => inSpan(nameOf(change), () => datastore.save(change, others)),
    saveAll: (changes) => inSpan('campaigns.updateMany', () => datastore.saveAll(changes)),
  };
};
