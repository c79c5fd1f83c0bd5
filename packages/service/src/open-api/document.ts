import type { Schema } from '@verifiedfan/schema';
import type { ResponseContract, Route } from '../contract.ts';
import type { ErrorStatuses } from '../errors.ts';
import { pipelineTypesOf } from '../pipeline-types.ts';
import { type Components, createComponents, type Json } from './components.ts';

export type OpenApiOptions = { name: string; version: string; routes: readonly Route[]; statuses: ErrorStatuses };

const parametersIn = (place: 'path' | 'query', schema: Schema | undefined, { describe }: Components): Json[] => {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = describe(schema, 'input') as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, each]) => {
    const { description, ...rest } = each as Json;
    const told = description === undefined ? {} : { description };
    return { name, in: place, required: place === 'path' || required.includes(name), ...told, schema: rest };
  });
};

/** What headers have to look like that the pipeline itself reads. */
const HEADERS: Readonly<Record<string, Json>> = {
  'if-match': { type: 'string', pattern: '^(?:"[1-9][0-9]{0,14}"|\\*)$' },
  'idempotency-key': { type: 'string', pattern: '^[\\x21-\\x7e]{1,128}$' },
};

const headersOf = ({ headers = [], idempotency, errors = [] }: Route): Json[] =>
  [...headers, ...(idempotency === 'stored' ? ['idempotency-key'] : [])].map((name) => ({
    name,
    in: 'header',
    required: name === 'if-match' && errors.includes('PRECONDITION_REQUIRED'),
    schema: HEADERS[name] ?? { type: 'string' },
  }));

const success = (contract: ResponseContract, { describe }: Components): Json => {
  if (contract === null) return { description: 'Done' };
  if ('contentType' in contract)
    return { description: 'OK', content: { [contract.contentType.split(';')[0] ?? '']: {} } };
  const data = describe(contract, 'output');
  const meta = { $ref: '#/components/schemas/Meta' };
  const schema = { type: 'object', required: ['data', 'meta'], properties: { data, meta } };
  return { description: 'OK', content: { 'application/json': { schema } } };
};

const errorsOf = (route: Route, statuses: ErrorStatuses): Json => {
  const types = new Set<string>([...pipelineTypesOf(route), ...(route.errors ?? [])]);
  const byStatus = Map.groupBy(types, (type) => String(statuses[type]));
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [status, { description: names.join(', '), content }]),
  );
};

/** Names of rights, any one of which lets a caller in; empty where a valid token is enough. */
export const rolesOf = ({ access, roles }: Pick<Route, 'access' | 'roles'>): readonly string[] => {
  if (roles !== undefined) return roles;
  if (access === 'supreme') return ['supreme'];
  if (typeof access === 'string') return [];
  const { permission } = access;
  const action = 'campaignAction' in access ? [`action ${access.campaignAction}`] : [];
  return [...(permission === undefined ? [] : [permission]), ...action, 'supreme'];
};

/** One requirement for each right: any one of them will do. https://spec.openapis.org/oas/v3.1.0#security-requirement-object */
const securityOf = (route: Route): Json[] => {
  if (route.access === 'public') return [];
  const roles = rolesOf(route);
  return roles.length === 0 ? [{ bearer: [] }] : roles.map((role) => ({ bearer: [role] }));
};

/** Such as `post_campaigns_campaignId`. */
const operationId = ({ method, path }: Route): string => `${method.toLowerCase()}${path.replaceAll(/[/:.-]+/g, '_')}`;

const operation = (route: Route, statuses: ErrorStatuses, components: Components): Json => ({
  operationId: operationId(route),
  summary: route.summary,
  tags: [route.path.split('/')[1] ?? ''],
  parameters: [
    ...parametersIn('path', route.params, components),
    ...parametersIn('query', route.query, components),
    ...headersOf(route),
  ],
  ...(route.body === undefined
    ? {}
    : {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: components.describe(route.body, 'input') } },
        },
      }),
  responses: {
    ...errorsOf(route, statuses),
    ...Object.fromEntries(
      Object.entries(route.responses).map(([status, contract]) => [status, success(contract, components)]),
    ),
  },
  security: securityOf(route),
  'x-access': route.access,
});

/** The OpenAPI 3.1 document of the contracts. Throws `TypeError` when two different schemas have one name. */
export const createOpenApi = ({ name, version, routes, statuses }: OpenApiOptions): Json => {
  const paths: Record<string, Json> = {};
  const components = createComponents();
  for (const route of routes) {
    const path = route.path.replaceAll(/:([A-Za-z0-9]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, statuses, components) };
  }
  return {
    openapi: '3.1.0',
    info: { title: name, version },
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
};
