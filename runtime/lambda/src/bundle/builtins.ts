import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

const BUILTIN = 'builtin';
const WHOLE = 'builtin-whole';
const NODE_MODULE = new RegExp(`^(node:.+|${builtinModules.filter((name) => /^[a-z]/.test(name)).join('|')})$`);

/** The names that Node itself lets modules import: https://nodejs.org/api/esm.html#builtin-modules */
const namesOf = (path: string): string[] =>
  Object.keys(process.getBuiltinModule(path) ?? {}).filter((name) => name !== 'default');

/** Whether Node itself makes this class with the first use of it, such as `ReadStream` of `node:fs`, which loads `node:fs/promises`. */
const isMadeLate = (path: string, name: string): boolean => {
  const whole = (process.getBuiltinModule(path) ?? {}) as Record<string, unknown>;
  return Object.getOwnPropertyDescriptor(whole, name)?.get !== undefined && typeof whole[name] === 'function';
};

/** A class in its place that asks for it when somebody does, which may be never. */
const LATE_CLASS = `
const lateClass = (name) => {
  const forward = (trap) => [trap, (_, ...others) => Reflect[trap](whole[name], ...others)];
  return new Proxy(function () {}, Object.fromEntries(['get', 'has', 'construct', 'apply', 'getPrototypeOf'].map(forward)));
};`;

/** Each name on its own and free of effects, so that those which nobody imports go. */
const moduleOf = (path: string): string => {
  const names = namesOf(path);
  const textOf = (name: string): string =>
    isMadeLate(path, name) ? `lateClass(${JSON.stringify(name)})` : `(() => whole[${JSON.stringify(name)}])()`;
  return [
    `const whole = require(${JSON.stringify(path)});`,
    LATE_CLASS,
    ...names.map((name, at) => `const name${at} = /* @__PURE__ */ ${textOf(name)};`),
    `export { whole as default${names.map((name, at) => `, name${at} as ${name}`).join('')} };`,
  ].join('\n');
};

/**
 * Takes Node's own modules by `require`, and of each the names that are imported: an import asks for every name of a module, and some names of
 * `node:http` load all of fetch and WebSocket behind them, 20 ms of each start (Node 24.21). What is imported late is taken whole.
 */
export const builtinsByRequire: Plugin = {
  name: 'builtins-by-require',
  setup(build) {
    build.onResolve({ filter: NODE_MODULE }, ({ path, kind }) => {
      if (kind === 'require-call') return { path, external: true };
      return { path, namespace: kind === 'dynamic-import' ? WHOLE : BUILTIN, sideEffects: false };
    });
    build.onLoad({ filter: /.*/, namespace: BUILTIN }, ({ path }) => ({ contents: moduleOf(path), loader: 'js' }));
    build.onLoad({ filter: /.*/, namespace: WHOLE }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
      loader: 'js',
    }));
  },
};
