import { appsyncAuthorizer, defineWorker } from '@verifiedfan/worker';

/**
 * Decides whether a caller may use the GraphQL API, and tells the resolvers who it is. Answers `isAuthorized: false` for every token that
 * is not valid here and now; it never throws for a bad token, because AppSync would report that as an error of ours.
 */
export const validateToken = defineWorker({
  purpose: 'Decides who may use the GraphQL API, from the bearer token.',
  source: appsyncAuthorizer(),
  reads: [],
  writes: [],
  secrets: ['tokenKeys'],
  services: ({ verifyToken }) => ({ verifyToken }),
  async answer({ data }, { services }) {
    const token = data.token.replace(/^Bearer /i, '');
    try {
      const claims = await services.verifyToken({ token, audience: 'graphql' });
      return {
        isAuthorized: true,
        // AppSync hands resolvers a flat object of texts.
        resolverContext: {
          sub: claims.sub,
          supreme: String(claims.supreme === true),
          permissions: (claims.permissions ?? []).join(' '),
        },
        ttlOverride: 0,
      };
    } catch {
      return { isAuthorized: false };
    }
  },
});
