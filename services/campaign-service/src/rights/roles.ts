import type { TokenClaims } from '@verifiedfan/service';
import { ACTIONS, type Action } from './actions.ts';
import { RIGHTS, type Rule } from './table.ts';

export type Role = {
  name: string;
  /** What the role's token says about the campaign; undefined for no token. */
  claims: ((campaignId: string) => Partial<TokenClaims>) | undefined;
};

/** The subject of the role `creator`. */
export const CREATOR_SUBJECT = 'the-creator';
const SOMEBODY = 'somebody';

const withActions =
  (...actions: string[]) =>
  (campaignId: string): Partial<TokenClaims> => ({ sub: SOMEBODY, campaigns: { [campaignId]: { actions } } });

const asksPermission = (rule: Rule): rule is { permission: string } => typeof rule === 'object' && 'permission' in rule;

const permissionsInUse = (): string[] => {
  const ofRoutes = Object.values(RIGHTS).flatMap((rule: Rule) => (asksPermission(rule) ? [rule.permission] : []));
  const ofActions = Object.values(ACTIONS).flatMap(({ permission }) => (permission === undefined ? [] : [permission]));
  return [...new Set([...ofActions, ...ofRoutes])];
};

/** Everybody who can call: one column of the table each. */
export const ROLES: readonly Role[] = [
  { name: 'no token', claims: undefined },
  { name: 'no right', claims: () => ({ sub: SOMEBODY }) },
  { name: 'other campaign', claims: () => withActions('read', 'update')('another-campaign') },
  { name: 'other action', claims: withActions('print') },
  { name: 'action read', claims: withActions('read') },
  { name: 'action update', claims: withActions('update') },
  { name: 'both actions', claims: withActions('read', 'update') },
  { name: 'creator', claims: () => ({ sub: CREATOR_SUBJECT }) },
  ...permissionsInUse().map((permission) => ({
    name: permission,
    claims: () => ({ sub: SOMEBODY, permissions: [permission] }),
  })),
  { name: 'supreme', claims: () => ({ sub: 'admin', supreme: true }) },
];

/** What a role is answered: `allowed` stands for whatever the route answers those that it lets in. */
export type Outcome = 'allowed' | 401 | 403 | 404;

const ACTIONS_OF: Readonly<Record<string, readonly string[]>> = {
  'other action': ['print'],
  'action read': ['read'],
  'action update': ['update'],
  'both actions': ['read', 'update'],
};

const has = (role: string, action: Action): boolean => {
  const { permission, creator } = ACTIONS[action];
  const listed = Object.hasOwn(ACTIONS_OF, role) ? ACTIONS_OF[role] : undefined;
  return (
    role === 'supreme' || role === permission || (role === 'creator' && creator) || listed?.includes(action) === true
  );
};

/** What the table says about a role on a route. It repeats nothing of the code that checks, so that a test can hold one to the other. */
export const outcomeOf = (rule: Rule, { name }: Role): Outcome => {
  if (rule === 'public') return 'allowed';
  if (name === 'no token') return 401;
  if (rule === 'token' || name === 'supreme') return 'allowed';
  if (rule === 'supreme') return 403;
  if ('permission' in rule) return rule.permission === name ? 'allowed' : 403;
  if (has(name, rule.action)) return 'allowed';
  return has(name, 'read') || Object.hasOwn(ACTIONS_OF, name) ? 403 : 404;
};
