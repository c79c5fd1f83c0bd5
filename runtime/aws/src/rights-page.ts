import type { Catalogue } from '@verifiedfan/ports';
import type { Worker } from '@verifiedfan/worker';
import { type Right, rightsOf, type Subject } from './rights.ts';

const HEAD = `# Rights

Generated from the list of workers by \`npm --prefix runtime/aws run rights\`; do not edit. What each worker's role may do on AWS, from its \`reads\`,
\`writes\`, \`requeues\`, \`deletes\`, \`secrets\` and \`source\`, and nothing else. IAM sees partition keys alone; sort keys are held to by the
service kit, in every test. No worker may scan a table.
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

/** docs/rights.md. */
export const rightsPage = (workers: Readonly<Record<string, Worker>>, catalogue: Catalogue): string => {
  const parts = Object.entries(workers).map(([name, worker]) =>
    [
      `## ${name}`,
      '',
      '| what | actions | partition keys |',
      '|---|---|---|',
      ...rightsOf(worker, catalogue).map(row),
      '',
    ].join('\n'),
  );
  return [HEAD, ...parts].join('\n');
};
