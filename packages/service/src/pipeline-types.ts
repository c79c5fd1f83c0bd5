import type { Route } from './contract.ts';
import type { PIPELINE_ERRORS } from './errors.ts';

type Type = keyof typeof PIPELINE_ERRORS;

/** Of every request that reaches a route. */
const ALWAYS: readonly Type[] = ['HEADERS_TOO_LARGE', 'INTERNAL_ERROR', 'UNAVAILABLE'];
const OF_BODY: readonly Type[] = ['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'];
const OF_TOKEN: readonly Type[] = ['UNAUTHORIZED', 'FORBIDDEN'];

const hasInput = ({ body, params, query, headers, idempotency }: Route): boolean =>
  (body ?? params ?? query ?? headers) !== undefined || idempotency === 'stored';

/**
 * Types that the pipeline can answer on this route, by what its contract asks it to do. What only the handler can answer, such as 412 and
 * 428, is the route's to declare.
 */
export const pipelineTypesOf = (route: Route): readonly Type[] => [
  ...(hasInput(route) ? (['VALIDATION_ERROR'] as const) : []),
  ...(route.access === 'public' ? [] : OF_TOKEN),
  ...(route.body === undefined ? [] : OF_BODY),
  ...(route.idempotency === 'stored' ? (['IDEMPOTENCY_KEY_REUSED'] as const) : []),
  ...ALWAYS,
];
