import { type ChangeStatusOptions, createChangeStatus } from './change-status.ts';
import { createRefresh, type RefreshOptions } from './refresh.ts';
import type { LifeCycle } from './routes.ts';

export { DUE_INDEXES } from './due.ts';
export type { RefreshDetail, RefreshResult } from './refresh.ts';
export { createLifeCycleRoutes, type LifeCycle } from './routes.ts';
export { INACTIVE_AFTER_MS } from './transitions.ts';

/** What time and people do to the status of campaigns. */
export const createLifeCycle = (options: RefreshOptions & ChangeStatusOptions): LifeCycle => ({
  refresh: createRefresh(options),
  changeStatus: createChangeStatus(options),
});
