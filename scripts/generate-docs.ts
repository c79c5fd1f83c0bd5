/** Writes the pages and types that come from the code: workers, resources, rights, the client's contract. `--check` changes nothing and exits with 1 when they are stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Catalogue } from '@verifiedfan/ports';
import type { Source, Worker } from '@verifiedfan/worker';
import { workers } from '@verifiedfan/workers';
import { resources } from '@verifiedfan/workers/resources';
import { servicePages } from './service-pages.ts';

const NOTE = 'Generated from the code by `npm run docs`; do not edit.';

const code = (items: readonly string[]): string => items.map((item) => `\`${item}\``).join(', ') || '–';

const describeSource = ({ kind, resource, stream, queue }: Source): string => {
  const settings: string[] = [];
  if (stream !== undefined) {
    settings.push(
      `batch ${stream.batchSize}`,
      stream.maxRetries < 0 ? 'retries without limit' : `${stream.maxRetries} retries`,
    );
    if (stream.bisectOnError) settings.push('bisects');
    if (stream.windowSeconds > 0) settings.push(`window ${stream.windowSeconds} s`);
    if (stream.filters.length > 0) settings.push('filtered');
  }
  if (queue !== undefined) settings.push(`batch ${queue.batchSize}`);
  return `${kind} \`${resource}\`${settings.length > 0 ? ` (${settings.join(', ')})` : ''}`;
};

const workerPage = (list: Readonly<Record<string, Worker>>): string => {
  const rows = Object.entries(list).map(([name, { purpose, sources, reads, writes, requeues, calls }]) =>
    [
      `## ${name}`,
      '',
      purpose,
      '',
      '| | |',
      '|---|---|',
      `| source | ${sources.map(describeSource).join('; ')} |`,
      `| reads | ${code(reads)} |`,
      `| writes | ${code([...writes, ...requeues])} |`,
      `| calls | ${code(calls)} |`,
      '',
    ].join('\n'),
  );
  return `# Workers\n\n${NOTE}\n\n${rows.join('\n')}`;
};

const resourcePage = (catalogue: Catalogue, list: Readonly<Record<string, Worker>>): string => {
  const uses = (targets: readonly string[], name: string): boolean =>
    targets.some((target) => target.split('/')[0] === name);
  const rows = Object.entries(catalogue).map(([name, { kind, purpose }]) => {
    const names = (test: (worker: Worker) => boolean) =>
      code(Object.entries(list).flatMap(([each, worker]) => (test(worker) ? [each] : [])));
    const wakes = names(({ sources }) => sources.some(({ resource }) => resource === name));
    return `| \`${name}\` | ${kind} | ${purpose} | ${wakes} | ${names(({ reads }) => uses(reads, name))} | ${names(({ writes, requeues }) => uses([...writes, ...requeues], name))} |`;
  });
  return `# Resources\n\n${NOTE}\n\n| resource | kind | purpose | wakes | read by | written by |\n|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
};

const pages: Readonly<Record<string, string>> = {
  'docs/workers.md': workerPage(workers),
  'docs/resources.md': resourcePage(resources, workers),
  ...(await servicePages()),
};
const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};
const stale = Object.entries(pages).filter(([file, text]) => read(file) !== text);
if (process.argv.includes('--check')) {
  for (const [file] of stale) console.error(`${file} is stale; run "npm run docs"`);
  if (stale.length > 0) process.exitCode = 1;
} else for (const [file, text] of stale) writeFileSync(file, text);
