/** Grammar of RFC 9110: https://www.rfc-editor.org/rfc/rfc9110.html#section-8.3.1 */
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = '"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t \\x21-\\x7e\\x80-\\xff])*"';
const VALUE = `(?:${TOKEN}|${QUOTED})`;
// Every blank has one place, so that no header makes the match try many.
const PARAMETERS = `[ \\t]*(?:;[ \\t]*(?:${TOKEN}=${VALUE}[ \\t]*)?)*`;

const JSON_TYPE = new RegExp(`^application/(?:json|${TOKEN}\\+json)(${PARAMETERS})$`, 'i');
const EACH_PARAMETER = new RegExp(`;[ \\t]*(${TOKEN})=(${VALUE})`, 'g');

const unquote = (value: string): string =>
  value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : value;

/**
 * Whether a content-type is JSON in UTF-8: `application/json` or a type of a vendor with `+json`, with any parameters, of which `charset` has to be
 * utf-8 where it is given.
 */
export const isJsonType = (contentType: string): boolean => {
  // What nearly everybody sends.
  if (contentType === 'application/json') return true;
  const parameters = JSON_TYPE.exec(contentType)?.[1];
  if (parameters === undefined) return false;
  for (const [, name = '', value = ''] of parameters.matchAll(EACH_PARAMETER)) {
    if (name.toLowerCase() === 'charset' && unquote(value).toLowerCase() !== 'utf-8') return false;
  }
  return true;
};
