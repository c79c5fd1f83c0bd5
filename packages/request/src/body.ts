import type { CallOptions, Headers, ResponseBody } from './options.ts';

export type OutgoingBody = { body: string | Uint8Array | undefined; headers: Headers };

/** Throws `TypeError` for two bodies at once, or for a value that JSON cannot hold. */
export const encodeBody = ({ json, form, body }: Pick<CallOptions, 'json' | 'form' | 'body'>): OutgoingBody => {
  if ([json, form, body].filter((one) => one !== undefined).length > 1) {
    throw new TypeError('at most one of json, form and body');
  }
  if (json !== undefined) {
    const text: string | undefined = JSON.stringify(json);
    if (text === undefined) throw new TypeError('json is not a JSON value');
    return { body: text, headers: { 'content-type': 'application/json; charset=utf-8' } };
  }
  if (form !== undefined) {
    return {
      body: new URLSearchParams(form).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    };
  }
  return { body, headers: {} };
};

/**
 * An answer is parsed where it says or looks as if it were JSON, and only kept so where it parses: gateways send HTML with any
 * content type, and a Slack webhook answers the bare text `ok`.
 */
export const decodeBody = (bytes: Uint8Array, contentType: string | undefined): ResponseBody => {
  if (bytes.length === 0) return undefined;
  const text = new TextDecoder().decode(bytes);
  if (!/\bjson\b/i.test(contentType ?? '') && !/^\s*[{[]/.test(text)) return text;
  try {
    return JSON.parse(text) as ResponseBody;
  } catch {
    return text;
  }
};
