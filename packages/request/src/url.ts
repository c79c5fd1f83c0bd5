import type { Query } from './options.ts';

/** Why a URL was refused; never holds any part of it. */
export class UrlError extends Error {
  override readonly name = 'UrlError';
}

const parse = (text: string, what: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new UrlError(`${what} must be an http or https URL`);
  }
  // A password in a URL ends up in logs and error texts; undici ignores it anyway.
  if (url.username !== '' || url.password !== '') throw new UrlError(`${what} must not hold a user name or password`);
  return url;
};

/** Checks a base URL when the client is built. Throws `UrlError`. */
export const parseBaseUrl = (baseUrl: string): URL => {
  const url = parse(baseUrl, 'baseUrl');
  if (url.search !== '' || url.hash !== '') throw new UrlError('baseUrl must not have a query or a fragment');
  return url;
};

const join = (base: URL, path: string): URL => {
  // `..` in an id that somebody forgot to encode would leave the prefix and reach another endpoint with our credentials.
  const route = path.split(/[?#]/, 1)[0] ?? '';
  if (route.split(/[/\\]/).some((part) => /^(?:\.|%2e){1,2}$/i.test(part))) {
    throw new UrlError('path must not hold . or .. as a part');
  }
  const prefix = `${base.origin}${base.pathname.replace(/\/$/, '')}`;
  return parse(path === '' ? prefix : `${prefix}/${path.replace(/^\//, '')}`, 'baseUrl with path');
};

const absolute = (base: URL | undefined, path: string): URL => {
  const url = parse(path, 'path');
  // Following a `next` link to another host would hand that host our credentials.
  if (base !== undefined && url.origin !== base.origin) throw new UrlError('path is on another origin than baseUrl');
  return url;
};

/** Where a call goes. Throws `UrlError`. */
export const resolveUrl = (base: URL | undefined, path = '', query: Query = {}): URL => {
  const url = base === undefined || /^[a-z][a-z0-9+.-]*:/i.test(path) ? absolute(base, path) : join(base, path);
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one));
  }
  url.hash = '';
  return url;
};
