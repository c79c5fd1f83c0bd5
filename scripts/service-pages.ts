import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { createCampaignService, rightsPage } from '@verifiedfan/campaign-service';
import { createManualClock, createSeededRandom, openSqliteDatabase } from '@verifiedfan/embedded';
import { moduleOf } from './typescript-of-schema.ts';

const NOTE = 'Generated from the code by `npm run docs`; do not edit.';

const RIGHTS_INTRODUCTION = `Who is answered what by campaign-service: the status of the route where the role is let in (in bold), else the refusal. 401: no valid token.
403: the token lacks the right. 404: the token has no right at all on the campaign, which is then as good as not there. The roles with an action
and \`other action\` hold it on the campaign in the path, \`other campaign\` holds both on another one; \`creator\` created it. Lists are open to
every token and hold only what it may read (with \`showAllLocales=true\`: what it may update). Where an installation lacks the partner that a route
needs, those that are let in get 503 \`NOT_CONFIGURED\`.

The table in \`services/campaign-service/src/rights\` is what the code checks, what OpenAPI says under \`security\`, and what
\`test/rights.test.ts\` tries on the real service, cell by cell.`;

/** The contracts of campaign-service, built and never started. */
const openContracts = async <T>(use: (service: ReturnType<typeof createCampaignService>) => T): Promise<T> => {
  const random = createSeededRandom('documentation');
  const database = openSqliteDatabase({ location: ':memory:', random });
  try {
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const verifyToken = (): never => {
      throw new Error('nobody calls this service');
    };
    return use(createCampaignService({ database, clock: createManualClock(), random, log, verifyToken }));
  } finally {
    await database.close();
  }
};

const formatted = (file: string, text: string): string =>
  execFileSync(
    process.execPath,
    [createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome'), 'format', `--stdin-file-path=${file}`],
    { input: text, encoding: 'utf8' },
  );

type Parameter = { name: string; in: string; required: boolean; description?: string; schema: object };
type Operation = { operationId: string; parameters: readonly Parameter[] };

const typeName = (operationId: string): string =>
  operationId.replaceAll(/(?:^|_)([a-zA-Z])/g, (_all, letter: string) => letter.toUpperCase());

/** What can be asked of each operation, as the schema of an object; operations that take no query have none. */
const queriesOf = (paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>): Record<string, object> =>
  Object.fromEntries(
    Object.values(paths)
      .flatMap((methods) => Object.values(methods))
      .flatMap(({ operationId, parameters }) => {
        const fields = parameters.filter(({ in: place }) => place === 'query');
        if (fields.length === 0) return [];
        const properties = Object.fromEntries(
          fields.map(({ name, description, schema }) => [
            name,
            { ...schema, ...(description === undefined ? {} : { description }) },
          ]),
        );
        const required = fields.filter((field) => field.required).map(({ name }) => name);
        return [[`${typeName(operationId)}Query`, { type: 'object', properties, required }]];
      }),
  );

const CLIENT_TYPES = 'packages/campaign-client/src/contract.ts';

/** What is written from the contracts of the services, by file: the table of rights, and the types of the client. */
export const servicePages = (): Promise<Record<string, string>> =>
  openContracts((service) => {
    const { components, paths } = service.openApi() as {
      components: { schemas: Record<string, unknown> };
      paths: Parameters<typeof queriesOf>[0];
    };
    const { Error: _error, Meta: _meta, ...schemas } = components.schemas;
    return {
      'docs/campaign-rights.md': `# Rights of campaign-service\n\n${NOTE}\n\n${RIGHTS_INTRODUCTION}\n\n${rightsPage(service.routes)}`,
      [CLIENT_TYPES]: formatted(CLIENT_TYPES, moduleOf({ ...schemas, ...queriesOf(paths) }, NOTE)),
    };
  });
