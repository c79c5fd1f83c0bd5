import type { Catalogue, Platform } from '@verifiedfan/ports';
import type { Worker } from '@verifiedfan/worker';
import type { CommandIo } from '../output/io.ts';
import type { Stage } from './context.ts';
import type { Opened } from './open.ts';

/**
 * The stage that RESOURCE_PREFIX names, for a command that looks at it or mends it while its functions work: no lease is taken, nothing is polled,
 * no data directory is used, and only what is touched is opened.
 */
export const openStage = async ({ io }: { io: CommandIo }): Promise<Opened & { stage: Stage }> => {
  const [{ openPart }, { readConfiguration }, { resources }] = await Promise.all([
    import('@verifiedfan/platform/aws'),
    import('@verifiedfan/platform'),
    import('@verifiedfan/workers/resources'),
  ]);
  const configuration = readConfiguration();
  const catalogue: Catalogue = resources;
  const tables = Object.fromEntries(Object.entries(catalogue).filter(([, { kind }]) => kind === 'table'));
  const closing: { close(): Promise<void> }[] = [];
  const open = async (options: Omit<Parameters<typeof openPart>[0], 'configuration'>): Promise<Platform> => {
    const part = await openPart({ ...options, configuration });
    closing.push(part);
    return part;
  };

  const prepared: Stage['prepared'] = async (name) => {
    const [{ workers }, { prepareWorker }, { createLog }, { createWorkerHost, openUnleashFlags, reachedBy }] =
      await Promise.all([
        import('@verifiedfan/workers'),
        import('@verifiedfan/worker'),
        import('@verifiedfan/log'),
        import('@verifiedfan/platform/aws'),
      ]);
    const worker: Worker | undefined = Object.hasOwn(workers, name) ? workers[name as keyof typeof workers] : undefined;
    if (worker === undefined) return undefined;
    const hasFlag = worker.flag !== undefined;
    const platform = await open({
      catalogue: reachedBy(worker, catalogue),
      flags: hasFlag ? (context) => openUnleashFlags(context, configuration) : undefined,
    });
    const { logLevel: level, endpoints } = configuration;
    const log = createLog({
      ...{ service: name, level, clock: platform.clock },
      destination: { write: (line) => io.error(line) },
    });
    const host = createWorkerHost({ name, platform, log, tracer: undefined, endpoints });
    return prepareWorker({ name, worker, host });
  };

  const givenUp: Stage['givenUp'] = async ({ name, worker: { sources } }) => {
    const { openFailures } = await import('@verifiedfan/platform/aws');
    const read = new Set(sources.map(({ resource }) => resource));
    const part = Object.fromEntries(Object.entries(catalogue).filter(([resource]) => read.has(resource)));
    const queue = openFailures(name, configuration);
    closing.push(queue);
    return { queue, sources: await open({ catalogue: part }) };
  };

  return {
    platform: await open({ catalogue: tables }),
    estate: () => Promise.reject(new TypeError('a stage is no estate of this process')),
    stage: { prepared: oncePerName(prepared), givenUp },
    async close() {
      await Promise.all(closing.map((each) => each.close()));
    },
  };
};

const oncePerName = <Made>(make: (name: string) => Promise<Made>): ((name: string) => Promise<Made>) => {
  const made = new Map<string, Promise<Made>>();
  return (name) => {
    const known = made.get(name) ?? make(name);
    made.set(name, known);
    return known;
  };
};
