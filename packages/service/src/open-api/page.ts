import { createHash } from 'node:crypto';
import type { Json } from './components.ts';

type Parameter = { name: string; in: string; required?: boolean; description?: string; schema: Json };
type Operation = {
  summary: string;
  parameters: readonly Parameter[];
  requestBody?: { content: Record<string, { schema: Json }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: Json }> }>;
  security: readonly { bearer: readonly string[] }[];
};

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f;background:#fff}
code,pre{font:13px/1.45 ui-monospace,monospace}pre{background:#f4f4f6;padding:.75rem;overflow:auto;border-radius:4px}
details{border:1px solid #d8d8de;border-radius:4px;margin:.4rem 0;padding:.3rem .7rem}summary{cursor:pointer}
summary b{display:inline-block;min-width:4.5rem}table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #ececf0}
@media(prefers-color-scheme:dark){body{color:#e6e6ea;background:#17171a}pre{background:#232328}details,td,th{border-color:#3a3a42}a{color:#9db8ff}}`;

/** The page runs no script and loads nothing, and its only style is the one above. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Schemas are shown as they are, and names of schemas lead to their place. */
const schemaHtml = (schema: Json): string =>
  `<pre>${escapeHtml(JSON.stringify(schema, undefined, 2)).replaceAll(
    /#\/components\/schemas\/([A-Za-z0-9._-]+)/g,
    '<a href="#schema-$1">$1</a>',
  )}</pre>`;

const parametersHtml = (parameters: readonly Parameter[]): string => {
  if (parameters.length === 0) return '';
  const rows = parameters.map(
    ({ name, in: place, required, description = '', schema }) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${place}${required === true ? ', required' : ''}</td><td>${escapeHtml(description)} <code>${escapeHtml(JSON.stringify(schema))}</code></td></tr>`,
  );
  return `<h4>Parameters</h4><table>${rows.join('')}</table>`;
};

const rightsOf = (security: Operation['security']): string => {
  if (security.length === 0) return 'Everybody, without a token';
  const roles = security.flatMap(({ bearer }) => bearer);
  return roles.length === 0 ? 'Every valid token' : `One of: ${roles.join(', ')}`;
};

const bodyHtml = (schema: Json | undefined): string => (schema === undefined ? '' : schemaHtml(schema));

const operationHtml = (method: string, path: string, each: Operation): string => {
  const body = each.requestBody?.content['application/json']?.schema;
  const answers = Object.entries(each.responses).map(
    ([status, { description, content = {} }]) =>
      `<h4>${status} ${escapeHtml(description)}</h4>${Number(status) < 300 ? bodyHtml(Object.values(content)[0]?.schema) : ''}`,
  );
  return `<details><summary><b>${method.toUpperCase()}</b><code>${escapeHtml(path)}</code> ${escapeHtml(each.summary)}</summary>
<p>${escapeHtml(rightsOf(each.security))}</p>${parametersHtml(each.parameters)}${body === undefined ? '' : `<h4>Body</h4>${schemaHtml(body)}`}${answers.join('')}</details>`;
};

/** The OpenAPI document as a page to read: no scripts, nothing from elsewhere, so that it can be served behind the strictest policy. */
export const createOpenApiPage = (document: Json): { html: string; headers: Record<string, string> } => {
  const { info, paths, components } = document as {
    info: { title: string; version: string };
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, Json> };
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]) => operationHtml(method, path, each)),
  );
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) => `<h3 id="schema-${escapeHtml(name)}">${escapeHtml(name)}</h3>${schemaHtml(schema)}`,
  );
  const title = `${escapeHtml(info.title)} ${escapeHtml(info.version)}`;
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style>
<h1>${title}</h1><p>The same as <a href="openapi.json">OpenAPI 3.1</a>.</p>${operations.join('\n')}<h2>Schemas</h2>${schemas.join('\n')}</html>`;
  return { html, headers: { 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff' } };
};
