import type { Route } from '@verifiedfan/service';
import type { CampaignManager } from './manager.ts';
import { createReadRoutes } from './read-routes.ts';
import { createWriteRoutes } from './write-routes.ts';

export const createCampaignRoutes = (options: { manager: CampaignManager }): Route[] => [
  ...createReadRoutes(options),
  ...createWriteRoutes(options),
];
