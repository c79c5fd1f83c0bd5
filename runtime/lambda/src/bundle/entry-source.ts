import { fileURLToPath } from 'node:url';
import type { WorkerModule } from './worker-modules.ts';

const ENTRY = fileURLToPath(import.meta.resolve('../entry.ts'));
const RESOURCES = fileURLToPath(import.meta.resolve('@verifiedfan/workers/resources'));
export const AWS_PLATFORM = fileURLToPath(import.meta.resolve('../open-platform.ts'));

/** The module that a bundle begins with: one worker, the catalogue, and the platform to run on. */
export const entrySource = ({ name, file }: WorkerModule, platformModule: string): string => {
  const from = (path: string): string => JSON.stringify(path);
  return [
    `import { startWorker } from ${from(ENTRY)};`,
    `import { openPlatform } from ${from(platformModule)};`,
    `import { resources } from ${from(RESOURCES)};`,
    `import { ${name} } from ${from(file)};`,
    `export const handler = await startWorker({ workers: { ${name} }, catalogue: resources, openPlatform });`,
    '',
  ].join('\n');
};
