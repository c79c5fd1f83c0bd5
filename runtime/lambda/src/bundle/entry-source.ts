import { fileURLToPath } from 'node:url';
import type { Catalogue } from '@verifiedfan/ports';
import { resources } from '@verifiedfan/workers/resources';
import { reachedByService } from '../reached.ts';
import { type ServiceName, services } from '../services/list.ts';
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

const kindsOf = (reached: Catalogue): OpenedKind[] => {
  const used = new Set<string>(Object.values(reached).map(({ kind }) => kind));
  return (Object.keys(OPENERS) as OpenedKind[]).filter((kind) => used.has(kind));
};

/** The lines that make `openPlatform`: the given module's own, or the platform on AWS with the drivers of these kinds alone. */
const platformSource = (
  kinds: readonly OpenedKind[],
  { platformModule, asksFlags }: Pick<WorkerEntryOptions, 'platformModule' | 'asksFlags'>,
): string[] => {
  if (platformModule !== undefined) return [`import { openPlatform } from ${JSON.stringify(platformModule)};`];
  const openers = [...kinds.map((kind) => OPENERS[kind]), ...(asksFlags ? ['openUnleashFlags'] : [])];
  const given = kinds.map((kind) => `${kind}: ${OPENERS[kind]}`).join(', ');
  return [
    ...(openers.length === 0 ? [] : [`import { ${openers.join(', ')} } from ${pathOf('@verifiedfan/platform/aws')};`]),
    `import { onAws } from ${pathOf('../open-platform.ts')};`,
    `const openPlatform = onAws({ ${given} }${asksFlags ? ', openUnleashFlags' : ''});`,
  ];
};

type WorkerEntryOptions = {
  reached: Catalogue;
  platformModule: string | undefined;
  /** Whether it asks for flags, and so may need a server that knows them. */
  asksFlags: boolean;
  /** A script cannot wait, so it exports `start` and not the handler. */
  isScript: boolean;
};

/** The module that a worker's bundle begins with: the worker, the catalogue, and the platform to run on. */
export const workerEntry = (
  { name, file }: WorkerModule,
  { reached, isScript, ...platform }: WorkerEntryOptions,
): string => {
  const given = `workers: { ${name} }, catalogue: resources, openPlatform`;
  return [
    `import { startWorker } from ${pathOf('../entry.ts')};`,
    `import { resources } from ${pathOf('@verifiedfan/workers/resources')};`,
    `import { ${name} } from ${JSON.stringify(file)};`,
    ...platformSource(kindsOf(reached), platform),
    isScript
      ? `export const start = (options) => startWorker({ ${given}, ...options });`
      : `export const handler = await startWorker({ ${given} });`,
    '',
  ].join('\n');
};

/** How each service of the list is opened. */
const OPENED = {
  'campaign-service': { file: '../services/campaign-service.ts', open: 'openCampaignService' },
  'entry-service': { file: '../services/entry-service.ts', open: 'openEntryService' },
} as const satisfies Readonly<Record<ServiceName, { file: string; open: string }>>;

/** The module that a REST service's bundle begins with. */
export const serviceEntry = (name: ServiceName, platformModule: string | undefined): string => {
  const { file, open } = OPENED[name];
  const kinds = kindsOf(reachedByService(services[name], resources));
  return [
    `import { startService } from ${pathOf('../service-entry.ts')};`,
    `import { ${open} } from ${pathOf(file)};`,
    ...platformSource([...kinds, 'database'], { platformModule, asksFlags: true }),
    `await startService({ name: '${name}', openService: ${open}, openPlatform });`,
    '',
  ].join('\n');
};
