import type { TestContext } from 'node:test';
import { createDiscovery, type DiscoveryOptions } from '@verifiedfan/discovery';
import { createGitlab } from '@verifiedfan/gitlab';
import type { Cache, Database } from '@verifiedfan/ports';
import {
  createSandbox,
  discoveryStandIn,
  gitlabStandIn,
  SANDBOX_DISCOVERY,
  SANDBOX_GITLAB,
} from '@verifiedfan/sandbox';
import type { ServiceTracing } from '@verifiedfan/service';
import { openCache, openDatabase, startServiceFor } from '@verifiedfan/service/testing';
import { createManualClock, createSeededRandom } from '@verifiedfan/test-utils';
import { type CampaignServiceOptions, createCampaignService } from '../../src/index.ts';
import { withShortSleeps } from '../support.ts';

/** Notes the names of spans. */
export const noteSpans = () => {
  const names: string[] = [];
  const tracing: ServiceTracing = {
    enabled: true,
    span(settings, run) {
      names.push(settings.name);
      const span = { setAttributes: () => span, setStatus: () => span, updateName: () => span };
      return run(span as never);
    },
  };
  return { names, tracing };
};

type Options = Pick<CampaignServiceOptions, 'tracing' | 'catalogueCheck' | 'cacheReplica'> & {
  discovery?: Partial<DiscoveryOptions>;
  database?: Database;
  cache?: Cache;
};

/** The service with its partners before the sandbox's stand-ins. */
export const startWithPartners = async (context: TestContext, options: Options = {}) => {
  const clock = { ...createManualClock(), sleep: async () => {} };
  const random = createSeededRandom({ seed: 1 });
  const sandbox = createSandbox({ clock, random, standIns: [discoveryStandIn({ rateLimit: false }), gitlabStandIn()] });
  const url = await sandbox.listen();
  const { apiKey } = SANDBOX_DISCOVERY;
  const baseUrl = `${url}/discovery/discovery/v2`;
  const perSecond = 10_000;
  const discovery = createDiscovery({ apiKey, clock, random, baseUrl, perSecond, attempts: 1, ...options.discovery });
  const gitlab = createGitlab({ ...SANDBOX_GITLAB, clock, random, baseUrl: `${url}/gitlab/api/v4`, attempts: 1 });
  const { database = openDatabase(context), cache = openCache(context, { clock }), discovery: _own, ...more } = options;
  const service = await startServiceFor(
    context,
    (parts) =>
      createCampaignService({
        ...parts,
        ...more,
        clock: withShortSleeps(parts.clock),
        ...{ discovery, discoveryCache: cache, promoterCache: cache, gitlab },
      }),
    { database },
  );
  context.after(async () => {
    await discovery.close();
    await gitlab.close();
    await sandbox.close();
  });
  const asked = (): number => sandbox.standIn('discovery').requests().requests.length;
  return { ...service, cache, controls: sandbox.standIn('discovery'), git: sandbox.standIn('gitlab'), asked };
};
