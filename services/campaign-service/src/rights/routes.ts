import { isDeepStrictEqual } from 'node:util';
import type { Access, Route } from '@verifiedfan/service';
import { rolesFor } from './actions.ts';
import { type RouteKey, type Rule, ruleOf } from './table.ts';

/** What the pipeline checks. Actions are checked behind it, by the manager: a creator's right is known only once the campaign was read. */
const toAccess = (rule: Rule): Access => (typeof rule === 'object' && 'action' in rule ? 'token' : rule);

const keyOf = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method} ${path}`;

const rowOf = (key: string): Rule => {
  const rule = ruleOf(key);
  if (rule === undefined) throw new TypeError(`${key} has no row in src/rights/table.ts, so nobody may call it`);
  return rule;
};

/** The access of a route, from its row in the table. Throws `TypeError` for a route without one. */
export const accessOf = (key: RouteKey): Exclude<Access, 'public'> => {
  const access = toAccess(rowOf(key));
  if (access === 'public') throw new TypeError(`${key} is public: only routes of the pipeline are`);
  return access;
};

/** Names of the rights of which a route asks one. */
export const rolesOfRule = (rule: Rule): string[] => {
  if (rule === 'public' || rule === 'token') return [];
  if (rule === 'supreme') return ['supreme'];
  return 'action' in rule ? rolesFor(rule.action) : [rule.permission, 'supreme'];
};

/** Holds routes to the table, and names their rights for OpenAPI. Throws `TypeError` for a route that is not in it or says otherwise. */
export const withRights = (routes: readonly Route[]): Route[] =>
  routes.map((each) => {
    const key = keyOf(each);
    const rule = rowOf(key);
    if (!isDeepStrictEqual(each.access, toAccess(rule))) {
      throw new TypeError(`${key} is open to others than src/rights/table.ts says: take accessOf('${key}')`);
    }
    return { ...each, roles: rolesOfRule(rule) };
  });
