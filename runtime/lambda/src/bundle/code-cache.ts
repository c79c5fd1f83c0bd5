import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';
import type { ZipFile } from './zip.ts';

/** The file that holds the code of a bundle with a code cache: a script, because Node takes a cache for scripts and not for modules. */
export const SCRIPT = 'code.cjs';

/**
 * The name says which Node made it. V8 checks less than that: a cache of Node 20.20.0 crashes 20.20.2, which takes it:
 * https://github.com/nodejs/node/issues/62781
 */
const CACHE = `code-${process.versions.node}-${process.arch}.cache`;

/** How the code is built as one function of a script. On a line of its own in front, so that the source map stays right. */
export const SCRIPT_BUILD = {
  format: 'cjs',
  banner: { js: "(function(require,module,exports,moduleUrl){'use strict';" },
  footer: { js: '})' },
  define: { 'import.meta.url': 'moduleUrl' },
} as const satisfies BuildOptions;

/** The module that Lambda loads in front of it. Without a cache of this very Node, or when V8 refuses it, the code is compiled as ever. */
const LOADER = `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const { readFileSync } = require('node:fs');
const { Script, constants } = require('node:vm');
const readCache = () => {
  try {
    return readFileSync(new URL(\`./code-\${process.versions.node}-\${process.arch}.cache\`, import.meta.url));
  } catch {
    return undefined;
  }
};
const cachedData = readCache();
const { href } = new URL('./${SCRIPT}', import.meta.url);
const script = new Script(readFileSync(new URL(href), 'latin1'), {
  filename: href,
  cachedData,
  // What is left to the machine may be imported late.
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
const module = { exports: {} };
script.runInThisContext()(require, module, module.exports, href);
const isUsed = script.cachedDataRejected === false;
export const handler = await module.exports.start({ codeCache: isUsed ? 'used' : cachedData ? 'refused' : 'missing' });
`;

export const loader: ZipFile = { name: 'index.mjs', content: Buffer.from(LOADER) };

/**
 * Compiles the scripts in these folders with the Node that runs this, and reads what it wrote for each. Nothing of them is run. V8 takes a cache only
 * under the flags that it was made under, and of those of Lambda's start only `--expose-gc` counts; those for memory do not.
 */
export const makeCodeCaches = (folders: readonly string[]): ZipFile[] => {
  const program = fileURLToPath(import.meta.resolve('./compile-scripts.ts'));
  const files = folders.flatMap((folder) => [join(folder, SCRIPT), join(folder, CACHE)]);
  execFileSync(process.execPath, ['--expose-gc', program, ...files], { stdio: ['ignore', 'ignore', 'inherit'] });
  return folders.map((folder) => ({ name: CACHE, content: readFileSync(join(folder, CACHE)) }));
};
