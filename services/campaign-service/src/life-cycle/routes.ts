import { z } from '@verifiedfan/schema';
import { type Route, readIfMatch, route } from '@verifiedfan/service';
import { campaignHeaders, campaignParams } from '../campaigns/route-parts.ts';
import { campaignView } from '../campaigns/schemas.ts';
import { accessOf } from '../rights/index.ts';
import type { ChangeStatus } from './change-status.ts';
import type { RefreshResult } from './refresh.ts';
import type { ManualName } from './transitions.ts';

export type LifeCycle = { refresh(): Promise<RefreshResult>; changeStatus: ChangeStatus };

const count = z.int().min(0);
const refreshResult = z
  .object({
    opened: count,
    closed: count,
    inactivated: count,
    blocked: count,
    failed: count,
    details: z.array(
      z.object({
        campaignId: z.string(),
        outcome: z.enum(['blocked', 'failed']),
        reasons: z.array(z.object({ pointer: z.string(), rule: z.string(), message: z.string() })),
      }),
    ),
  })
  .meta({ id: 'RefreshResult' });

const SUMMARIES: Readonly<Record<ManualName, string>> = {
  reopen: 'Opens a campaign again that is CLOSED; a close that has passed is taken away',
  postpone: 'Makes a campaign that is OPEN a DRAFT again; an open that has passed is taken away',
  cancel: 'Makes a campaign INACTIVE at once, and its site free',
};

const refreshRoute = ({ refresh }: LifeCycle): Route =>
  route({
    method: 'POST',
    path: '/campaigns/refresh',
    summary: 'Opens, closes and retires campaigns whose time has come; any number of callers at once do it once',
    access: accessOf('POST /campaigns/refresh'),
    responses: { 200: refreshResult },
    quiet: true,
    handler: async () => ({ status: 200, data: await refresh() }),
  });

const statusRoute = (name: ManualName, { changeStatus }: LifeCycle): Route =>
  route({
    method: 'POST',
    path: `/campaigns/:campaignId/${name}`,
    summary: SUMMARIES[name],
    access: accessOf(`POST /campaigns/:campaignId/${name}`),
    params: campaignParams,
    headers: ['if-match'],
    responses: { 200: campaignView },
    errors: ['CAMPAIGN_NOT_FOUND', 'INVALID_TRANSITION', 'PRECONDITION_REQUIRED', 'VERSION_CONFLICT', 'CONTENTION'],
    async handler({ params: { campaignId }, claims, header }) {
      const ifMatch = (): number | '*' => readIfMatch(header('if-match'));
      const campaign = await changeStatus(name, campaignId, { ifMatch, claims });
      return { status: 200, data: campaign, headers: campaignHeaders(campaign) };
    },
  });

export const createLifeCycleRoutes = (lifeCycle: LifeCycle): Route[] => [
  refreshRoute(lifeCycle),
  statusRoute('reopen', lifeCycle),
  statusRoute('postpone', lifeCycle),
  statusRoute('cancel', lifeCycle),
];
