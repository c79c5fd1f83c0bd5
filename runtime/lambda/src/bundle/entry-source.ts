import { fileURLToPath } from 'node:url';
import type { Catalogue } from '@verifiedfan/ports';
import type { WorkerModule } from './worker-modules.ts';

const pathOf = (name: string): string => JSON.stringify(fileURLToPath(import.meta.resolve(name)));

/** The drivers that a bundle brings for each kind of resource; a schedule only wakes. */
const OPENERS = {
  table: 'openTables',
  stream: 'openStreams',
  queue: 'openQueues',
  bucket: 'openBuckets',
  cache: 'openCaches',
  database: 'openDatabases',
  topic: 'openTopics',
} as const;
type OpenedKind = keyof typeof OPENERS;

/** The lines that make `openPlatform`: the given module's own, or the platform on AWS with the drivers of these kinds alone. */
const platformSource = (kinds: readonly OpenedKind[], platformModule: string | undefined): string[] => {
  if (platformModule !== undefined) return [`import { openPlatform } from ${JSON.stringify(platformModule)};`];
  const openers = kinds.map((kind) => OPENERS[kind]);
  return [
    ...(openers.length === 0 ? [] : [`import { ${openers.join(', ')} } from ${pathOf('@verifiedfan/platform/aws')};`]),
    `import { onAws } from ${pathOf('../open-platform.ts')};`,
    `const openPlatform = onAws({ ${kinds.map((kind) => `${kind}: ${OPENERS[kind]}`).join(', ')} });`,
  ];
};

/** The module that a worker's bundle begins with: the worker, the catalogue, and the platform to run on. */
export const workerEntry = (
  { name, file }: WorkerModule,
  { reached, platformModule }: { reached: Catalogue; platformModule: string | undefined },
): string => {
  const used = new Set<string>(Object.values(reached).map(({ kind }) => kind));
  const kinds = (Object.keys(OPENERS) as OpenedKind[]).filter((kind) => used.has(kind));
  return [
    `import { startWorker } from ${pathOf('../entry.ts')};`,
    `import { resources } from ${pathOf('@verifiedfan/workers/resources')};`,
    `import { ${name} } from ${JSON.stringify(file)};`,
    ...platformSource(kinds, platformModule),
    `export const handler = await startWorker({ workers: { ${name} }, catalogue: resources, openPlatform });`,
    '',
  ].join('\n');
};

export const SERVICES = {
  'campaign-service': { factory: 'createCampaignService', database: 'campaigns' },
  'entry-service': { factory: 'createEntryService', database: 'entries' },
} as const;
export type ServiceName = keyof typeof SERVICES;

/** The module that a REST service's bundle begins with. */
export const serviceEntry = (name: ServiceName, platformModule: string | undefined): string => {
  const { factory, database } = SERVICES[name];
  return [
    `import { startService } from ${pathOf('../service-entry.ts')};`,
    `import { ${factory} } from ${pathOf(`@verifiedfan/${name}`)};`,
    ...platformSource(['database'], platformModule),
    `await startService({ name: '${name}', database: '${database}', createService: ${factory}, openPlatform });`,
    '',
  ].join('\n');
};
