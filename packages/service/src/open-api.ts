import { type Schema, toJsonSchema } from '@verifiedfan/schema';
import type { ResponseContract, Route } from './contract.ts';
import type { ErrorStatuses } from './errors.ts';

type Json = Record<string, unknown>;

export type OpenApiOptions = { name: string; version: string; routes: readonly Route[]; statuses: ErrorStatuses };

const ERROR_SCHEMA: Json = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['type', 'message', 'correlation'],
      properties: {
        type: { type: 'string' },
        message: { type: 'string' },
        correlation: { type: 'string' },
        details: {
          type: 'array',
          items: {
            type: 'object',
            required: ['pointer', 'rule', 'message'],
            properties: {
              pointer: { type: 'string' },
              rule: { type: 'string' },
              message: { type: 'string' },
              in: { enum: ['path', 'query', 'header'] },
            },
          },
        },
      },
    },
  },
};

const META_SCHEMA: Json = {
  type: 'object',
  required: ['correlation', 'timestamp'],
  properties: {
    correlation: { type: 'string' },
    timestamp: { type: 'string', format: 'date-time' },
    next: { type: ['string', 'null'], description: 'Of lists: the cursor of the next page, null on the last one' },
  },
};

const parametersIn = (place: 'path' | 'query', schema: Schema | undefined): Json[] => {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = toJsonSchema(schema) as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: each,
  }));
};

const headersOf = ({ headers = [], idempotency }: Route): Json[] =>
  [...headers, ...(idempotency === 'stored' ? ['idempotency-key'] : [])].map((name) => ({
    name,
    in: 'header',
    required: false,
    schema: { type: 'string' },
  }));

const success = (contract: ResponseContract): Json => {
  if (contract === null) return { description: 'Done' };
  if ('contentType' in contract)
    return { description: 'OK', content: { [contract.contentType.split(';')[0] ?? '']: {} } };
  const data = toJsonSchema(contract, { io: 'output' });
  const meta = { $ref: '#/components/schemas/Meta' };
  const schema = { type: 'object', required: ['data', 'meta'], properties: { data, meta } };
  return { description: 'OK', content: { 'application/json': { schema } } };
};

/** Types that the pipeline can answer on this route, besides those that every request can get. */
const pipelineTypes = ({ access, body, params, query, headers, idempotency }: Route): string[] => [
  ...((body ?? params ?? query ?? headers) ? ['VALIDATION_ERROR'] : []),
  ...(access === 'public' ? [] : ['UNAUTHORIZED', 'FORBIDDEN']),
  ...(body === undefined ? [] : ['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE']),
  ...(idempotency === 'stored' ? ['IDEMPOTENCY_KEY_REUSED'] : []),
  ...['INTERNAL_ERROR', 'UNAVAILABLE'],
];

const errorsOf = (route: Route, statuses: ErrorStatuses): Json => {
  const types = new Set([...pipelineTypes(route), ...(route.errors ?? [])]);
  const byStatus = Map.groupBy(types, (type) => String(statuses[type]));
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [status, { description: names.join(', '), content }]),
  );
};

const operation = (route: Route, statuses: ErrorStatuses): Json => ({
  summary: route.summary,
  parameters: [...parametersIn('path', route.params), ...parametersIn('query', route.query), ...headersOf(route)],
  ...(route.body === undefined
    ? {}
    : { requestBody: { required: true, content: { 'application/json': { schema: toJsonSchema(route.body) } } } }),
  responses: {
    ...errorsOf(route, statuses),
    ...Object.fromEntries(Object.entries(route.responses).map(([status, contract]) => [status, success(contract)])),
  },
  security: route.access === 'public' ? [] : [{ bearer: [] }],
  'x-access': route.access,
});

/** The OpenAPI 3.1 document of the contracts. */
export const createOpenApi = ({ name, version, routes, statuses }: OpenApiOptions): Json => {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:([A-Za-z0-9]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, statuses) };
  }
  return {
    openapi: '3.1.0',
    info: { title: name, version },
    paths,
    components: {
      schemas: { Error: ERROR_SCHEMA, Meta: META_SCHEMA },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
};
