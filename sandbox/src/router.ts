import type { Route } from './stand-in.ts';

export type RouteMatch =
  | { found: 'route'; route: Route; params: Record<string, string> }
  /** The path exists, but not with this method. */
  | { found: 'path'; allowed: string[] }
  | { found: 'nothing' };

/** Finds the route of a path: the same number of parts, each equal or a `:name`. */
export const matchRoute = (routes: readonly Route[], method: string, path: string): RouteMatch => {
  const allowed: string[] = [];
  for (const route of routes) {
    const params = matchPath(route.path, path);
    if (params === undefined) continue;
    if (route.methods.includes(method)) return { found: 'route', route, params };
    allowed.push(...route.methods);
  }
  return allowed.length > 0 ? { found: 'path', allowed } : { found: 'nothing' };
};

const matchPath = (pattern: string, path: string): Record<string, string> | undefined => {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':') && value !== '') params[part.slice(1)] = decode(value);
    else if (part !== value) return undefined;
  }
  return params;
};

/** A part that is not valid percent-encoding is taken as it is: the vendor's own checks refuse it. */
const decode = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};
