import { trimmedTextSchema, z } from '@verifiedfan/schema';
import { type Route, route } from '@verifiedfan/service';
import { type NotConfigured, required } from '../not-configured.ts';
import { accessOf } from '../rights/index.ts';
import type { ConfigurationManager } from './configuration.ts';

/** One part of the address: slashes of the path are sent as `%2F`. */
const params = z.strictObject({
  path: z
    .string()
    .min(1)
    .max(255)
    .meta({ description: 'Such as config%2Flimits.json', examples: ['config/limits.json'] }),
});

const fileView = z
  .object({ path: z.string(), content: z.string(), lastCommitId: z.string() })
  .meta({ id: 'ConfigurationFile' });

const change = z
  .strictObject({
    content: z.string().max(262_144),
    title: trimmedTextSchema({ maxLength: 255 }),
    description: z.string().max(10_000).optional(),
    basedOn: z.string().max(64).nullable().optional().meta({
      description: 'lastCommitId of the file that was read, null for a new file; refused when it was changed since',
    }),
  })
  .meta({ id: 'ConfigurationChange' });

const proposal = z
  .object({
    outcome: z.enum(['proposed', 'unchanged']),
    number: z.int().optional(),
    url: z.string().optional(),
    branch: z.string().optional(),
  })
  .meta({ id: 'ConfigurationProposal' });

const ERRORS = ['CONFIGURATION_NOT_FOUND', 'GITLAB_UNAVAILABLE', 'GITLAB_FAILED', 'NOT_CONFIGURED'] as const;

/** Without a configuration they answer NOT_CONFIGURED. */
export const createAdminRoutes = (options: { configuration: ConfigurationManager | NotConfigured }): Route[] => {
  const configuration = required(options.configuration);
  return [
    route({
      method: 'GET',
      path: '/admin/configuration/:path',
      summary: 'A file of the configuration in GitLab',
      access: accessOf('GET /admin/configuration/:path'),
      params,
      responses: { 200: fileView },
      errors: ERRORS,
      async handler({ params: { path }, claims, correlation }) {
        const file = await configuration().read(path, { subject: claims.sub, correlation });
        return { status: 200, data: file, headers: { 'cache-control': 'no-store' } };
      },
    }),
    route({
      method: 'POST',
      path: '/admin/configuration/:path',
      summary: 'Proposes a change of a file as a merge request; proposing the same twice is proposing it once',
      access: accessOf('POST /admin/configuration/:path'),
      params,
      body: change,
      responses: { 201: proposal, 200: proposal },
      errors: [...ERRORS, 'CONFIGURATION_CONFLICT'],
      async handler({ params: { path }, body, claims, correlation }) {
        const made = await configuration().propose({ ...body, path }, { subject: claims.sub, correlation });
        return { status: made.outcome === 'proposed' ? 201 : 200, data: made };
      },
    }),
  ];
};
