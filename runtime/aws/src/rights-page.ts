import type { ServiceDefinition } from '@verifiedfan/lambda/services';
import type { Catalogue } from '@verifiedfan/ports';
import type { Worker } from '@verifiedfan/worker';
import { type Right, rightsOf, type Subject, serviceRightsOf } from './rights.ts';

const HEAD = `# Rights

Generated from the lists of workers and services by \`npm --prefix runtime/aws run rights\`; do not edit. What each worker's role may do on AWS, from its
\`reads\`, \`writes\`, \`requeues\`, \`deletes\`, \`secrets\` and \`source\`, and what the task of each REST service may, from its \`writes\`, \`caches\`, \`secrets\` and
\`partners\`; and nothing else. IAM sees partition keys alone; sort keys are held to by the
service kit, in every test. No worker may scan a table. With the setting \`network\` Lambda may make network interfaces with the role of a function that uses
an engine beside AWS; the code of that function may not.
`;

const WORDS: Readonly<Record<Subject['kind'], string>> = {
  table: 'rows of',
  changes: 'changes of',
  stream: 'stream',
  queue: 'queue',
  bucket: 'list of',
  objects: 'objects of',
  secret: 'secret',
  logs: 'its own logs',
  failures: 'its own failure queue',
};

const describe = (subject: Subject): string =>
  'name' in subject ? `${WORDS[subject.kind]} \`${subject.name}\`` : WORDS[subject.kind];

const row = ({ subject, actions, leadingKeys }: Right): string =>
  `| ${describe(subject)} | ${actions.map((action) => `\`${action}\``).join(', ')} | ${leadingKeys?.map((key) => `\`${key}\``).join(', ') ?? ''} |`;

const table = (name: string, rights: readonly Right[]): string =>
  [`## ${name}`, '', '| what | actions | partition keys |', '|---|---|---|', ...rights.map(row), ''].join('\n');

export type RightsPageOptions = {
  workers: Readonly<Record<string, Worker>>;
  services: Readonly<Record<string, ServiceDefinition>>;
  catalogue: Catalogue;
};

/** docs/rights.md. */
export const rightsPage = ({ workers, services, catalogue }: RightsPageOptions): string =>
  [
    HEAD,
    ...Object.entries(workers).map(([name, worker]) => table(name, rightsOf(worker, catalogue))),
    ...Object.entries(services).map(([name, service]) => table(name, serviceRightsOf(service, catalogue))),
  ].join('\n');
