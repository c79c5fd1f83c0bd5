import { dateTimeSchema, z } from '@verifiedfan/schema';
import { campaignActions, type Route, route } from '@verifiedfan/service';
import { accessOf } from '../rights/index.ts';

const userView = z
  .object({
    id: z.string(),
    supreme: z.boolean(),
    permissions: z.array(z.string()),
    campaigns: z.array(z.object({ campaignId: z.string(), actions: z.array(z.string()) })),
    expiresAt: dateTimeSchema,
  })
  .meta({ id: 'User' });

/** Who is calling. Users themselves live in another service; all that is known of one here is what the token grants. */
export const createUserRoutes = (): Route[] => [
  route({
    method: 'GET',
    path: '/users/me',
    summary: 'What the token grants: its subject, permissions, and actions by campaign',
    access: accessOf('GET /users/me'),
    responses: { 200: userView },
    handler({ claims }) {
      const ids = Object.keys(claims.campaigns ?? {});
      return {
        status: 200,
        headers: { 'cache-control': 'no-store' },
        data: {
          id: claims.sub,
          supreme: claims.supreme === true,
          permissions: Array.isArray(claims.permissions) ? [...claims.permissions] : [],
          campaigns: ids.map((campaignId) => ({ campaignId, actions: [...campaignActions(claims, campaignId)] })),
          expiresAt: new Date(claims.exp * 1_000).toISOString(),
        },
      };
    },
  }),
];
