import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zip } from '@verifiedfan/lambda';
import { build, type Plugin } from 'esbuild';

export type PeerName = 'empty' | 'middy-authorizer' | 'middy-queue';
export type Peer = { name: string; folder: string; zippedBytes: number };
export type PeerOptions = {
  directory: string;
  name: PeerName;
  /** Without Powertools' logger, metrics and tracer. @default false */
  unobserved?: boolean;
};

const CLIENT = join(import.meta.dirname, '../../runtime/lambda/test/support/runtime-client.ts');
const BANNER =
  "import { createRequire as bundleRequire } from 'node:module';const require = bundleRequire(import.meta.url);";

const withoutObserving: Plugin = {
  name: 'without-observing',
  setup({ onResolve }) {
    onResolve({ filter: /\/observed\.ts$/ }, () => ({ path: join(import.meta.dirname, 'unobserved.ts') }));
  },
};

/** The stand-in of Lambda's own client as plain JavaScript, so that no start is measured with Node's reading of types. */
export const buildClient = async (directory: string): Promise<string> => {
  const outfile = join(directory, 'client.mjs');
  await build({
    entryPoints: [CLIENT],
    outfile,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    logLevel: 'silent',
  });
  return outfile;
};

/** Bundles a hand-written function with the settings of `npm run bundle`. */
export const bundlePeer = async ({ directory, name, unobserved = false }: PeerOptions): Promise<Peer> => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    outfile: 'index.mjs',
    ...{ bundle: true, write: false, format: 'esm', platform: 'node', target: 'node24' },
    ...{ mainFields: ['module', 'main'], conditions: ['module'], banner: { js: BANNER } },
    ...{ minifySyntax: true, minifyWhitespace: true, legalComments: 'none', logLevel: 'silent' },
    plugins: unobserved ? [withoutObserving] : [],
  });
  const content = outputFiles[0]?.contents ?? new Uint8Array();
  const folder = join(directory, unobserved ? `${name}-unobserved` : name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.mjs'), content);
  return { name, folder, zippedBytes: zip([{ name: 'index.mjs', content }]).length };
};
