import { dirname, join, resolve } from 'node:path';

/** The root of the repository. */
export const ROOT = resolve(import.meta.dirname, '../../..');

/** The run that people start by hand; each `npm run test:integration` has one of its own. */
export const DEFAULT_RUN = 'default';

/**
 * Where servers are installed and where running ones are written down: `VERIFIEDFAN_SERVERS`, else `.servers` in the repository, which git
 * ignores.
 */
export const cacheFolder = (environment: Readonly<Record<string, string | undefined>> = process.env): string =>
  resolve(environment.VERIFIEDFAN_SERVERS || join(ROOT, '.servers'));

/** The run whose servers this process talks to. */
export const runName = (environment: Readonly<Record<string, string | undefined>> = process.env): string =>
  environment.VERIFIEDFAN_SERVERS_RUN || DEFAULT_RUN;

/** A run's folder holds one file per running server, its log, and its data. */
export const runFolder = (cache: string, run: string): string => join(cache, 'run', run);

/** The environment with the Node that runs us first in PATH, so that scripts which say `node` get the pinned one. */
export const withPinnedNode = (environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv => ({
  ...environment,
  PATH: `${dirname(process.execPath)}:${environment.PATH ?? ''}`,
});
