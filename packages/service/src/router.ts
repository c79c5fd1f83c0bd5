import type { Route } from './contract.ts';

type Node = {
  words: Map<string, Node>;
  parameter?: { name: string; node: Node };
  /** By method; empty where no path ends. */
  routes: Map<string, Route>;
};

export type Match =
  /** `params` is missing where one of them is not percent-encoded as it must be. */
  | { outcome: 'found'; route: Route; params: Record<string, string> | undefined }
  /** The path exists, the method does not. */
  | { outcome: 'method'; template: string; allow: string }
  | { outcome: 'none' };

export type Router = (method: string, path: string) => Match;

const createNode = (): Node => ({ words: new Map(), routes: new Map() });

const wordChild = (node: Node, word: string): Node => {
  const known = node.words.get(word) ?? createNode();
  node.words.set(word, known);
  return known;
};

const child = (node: Node, segment: string, path: string): Node => {
  if (!segment.startsWith(':')) return wordChild(node, segment);
  const name = segment.slice(1);
  node.parameter ??= { name, node: createNode() };
  if (node.parameter.name !== name)
    throw new TypeError(`${path}: the parameter is called ${node.parameter.name} elsewhere`);
  return node.parameter.node;
};

/** Undefined for what is no percent-encoding of UTF-8. */
const decode = (segment: string): string | undefined => {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
};

const NO_VALUES: readonly string[] = [];

type Found = { node: Node; values: readonly string[] };

/** Fixed words first; a path that ends nowhere behind a fixed word is tried with the parameter. */
const find = (node: Node, segments: readonly string[], index: number, values: readonly string[]): Found | undefined => {
  const segment = segments[index];
  if (segment === undefined) return node.routes.size > 0 ? { node, values } : undefined;
  const word = node.words.get(segment);
  const found = word && find(word, segments, index + 1, values);
  if (found !== undefined || node.parameter === undefined || segment === '') return found;
  return find(node.parameter.node, segments, index + 1, [...values, segment]);
};

const methodsOf = ({ routes }: Node): string =>
  [...routes.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');

const namesOf = (path: string): string[] =>
  path.split('/').flatMap((segment) => (segment.startsWith(':') ? [segment.slice(1)] : []));

const paramsOf = (names: readonly string[], values: readonly string[]): Record<string, string> | undefined => {
  const params: Record<string, string> = {};
  for (let index = 0; index < values.length; index += 1) {
    const value = decode(values[index] ?? '');
    if (value === undefined) return undefined;
    params[names[index] ?? ''] = value;
  }
  return params;
};

/** Finds the route of a request. Paths match exactly (no case folding, no trailing slash); HEAD is answered by GET. */
export const createRouter = (routes: readonly Route[]): Router => {
  const root = createNode();
  const names = new Map<Route, readonly string[]>();
  for (const route of routes) {
    const node = route.path
      .slice(1)
      .split('/')
      .reduce((parent, segment) => child(parent, segment, route.path), root);
    if (node.routes.has(route.method)) throw new TypeError(`${route.method} ${route.path} is declared twice`);
    node.routes.set(route.method, route);
    names.set(route, namesOf(route.path));
  }
  return (method, path) => {
    const found = find(root, path.slice(1).split('/'), 0, NO_VALUES);
    if (found === undefined) return { outcome: 'none' };
    const route = found.node.routes.get(method === 'HEAD' ? 'GET' : method);
    if (route !== undefined) return { outcome: 'found', route, params: paramsOf(names.get(route) ?? [], found.values) };
    const [first] = found.node.routes.values();
    return { outcome: 'method', template: first?.path ?? path, allow: methodsOf(found.node) };
  };
};
