import type { TestClock } from './clock.ts';
import { createFaultyProxy, type FaultyProxy } from './faulty-proxy.ts';
import { NOBODY } from './host.ts';
import type { Owner } from './owner.ts';
import { createRealServices, type RealServices, tokenOf } from './real-services.ts';

export type TestServices = RealServices & {
  endpoint(name: string): string;
  workerToken(audience: string): () => Promise<string>;
  /** In front of the services: answer 500, before or after a service has done its work. */
  entryFaults: FaultyProxy;
  campaignFaults: FaultyProxy;
};

const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  'campaign-service': ['campaigns:read', 'campaigns:select'],
  'entry-service': ['entries:score'],
};

/** Both REST services on free ports of the loopback, behind proxies that can break their answers. */
export const startTestServices = async (owner: Owner, clock: TestClock): Promise<TestServices> => {
  const services = createRealServices(owner, clock);
  const listening = await Promise.all([services.campaigns.listen(), services.entries.listen()]);
  const [campaignFaults, entryFaults] = await Promise.all([
    createFaultyProxy(listening[0].url),
    createFaultyProxy(listening[1].url),
  ]);
  owner.after(async () => {
    await Promise.all([campaignFaults.close(), entryFaults.close()]);
    await Promise.all(listening.map((each) => each.close()));
  });
  const urls: Readonly<Record<string, string>> = { campaignService: campaignFaults.url, entryService: entryFaults.url };
  return {
    ...services,
    endpoint: (name) => urls[name] ?? NOBODY,
    workerToken: (audience) => async () => tokenOf({ permissions: [...(PERMISSIONS[audience] ?? ['nothing'])] }),
    entryFaults,
    campaignFaults,
  };
};
