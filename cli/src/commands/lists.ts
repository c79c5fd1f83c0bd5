import type { Catalogue } from '@verifiedfan/ports';
import type { Worker } from '@verifiedfan/worker';
import { workers } from '@verifiedfan/workers';
import { resources } from '@verifiedfan/workers/resources';
import { DONE, printJson } from '../output/io.ts';
import { formatTable } from '../output/table.ts';
import type { CommandRun } from '../run/context.ts';

/** Prints the list of workers. */
export const listWorkers: CommandRun<object> = async ({ io, json }) => {
  const list = Object.entries<Worker>(workers).map(([name, { sources, reads, writes, calls, purpose }]) => ({
    name,
    sources: sources.map(({ kind, resource }) => ({ kind, resource })),
    reads,
    writes,
    calls,
    purpose,
  }));
  if (json) printJson(io, list);
  else
    io.out(
      formatTable(
        ['worker', 'sources', 'purpose'],
        list.map(({ name, sources, purpose }) => [
          name,
          sources.map(({ kind, resource }) => `${kind} ${resource}`).join(', '),
          purpose,
        ]),
      ),
    );
  return DONE;
};

/** Prints the catalogue of resources. */
export const listResources: CommandRun<object> = async ({ io, json }) => {
  const catalogue: Catalogue = resources;
  const list = Object.entries(catalogue).map(([name, definition]) => ({ name, ...definition }));
  if (json) printJson(io, list);
  else
    io.out(
      formatTable(
        ['resource', 'kind', 'purpose'],
        list.map(({ name, kind, purpose }) => [name, kind, purpose]),
      ),
    );
  return DONE;
};
