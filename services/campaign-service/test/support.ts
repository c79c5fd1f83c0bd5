import type { TestContext } from 'node:test';
import type { Database } from '@verifiedfan/ports';
import { startServiceFor } from '@verifiedfan/service/testing';
import { createCampaignService } from '../src/index.ts';

export { type CallOptions, type Claims, dataOf, errorOf, openDatabase, tokenOf } from '@verifiedfan/service/testing';

/** The service on a free port with strict contracts, closed when the test ends. */
export const startService = (context: TestContext, options: { database?: Database } = {}) =>
  startServiceFor(context, createCampaignService, options);
