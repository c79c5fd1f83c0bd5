import { invalidPattern } from './errors.ts';

// EventBridge refuses patterns that are too complex to evaluate and does not say where the limit is. The recorded refusal
// (`*:*:*:*:*:event-bus/*`) has six; staying below it keeps a filter that works here working there.
const MAX_WILDCARDS = 5;

/** Cuts a wildcard pattern at its stars; `\*` and `\\` stand for the characters themselves. */
const literalParts = (pattern: string, path: string): string[] => {
  const parts = [''];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === '*') {
      if (pattern.charAt(at + 1) === '*') throw invalidPattern(path, `consecutive wildcard characters at ${at}`);
      parts.push('');
      continue;
    }
    const escaped = pattern.charAt(at + 1);
    if (character === '\\' && escaped !== '*' && escaped !== '\\') {
      throw invalidPattern(path, `invalid escape character at ${at}`);
    }
    if (character === '\\') at++;
    parts.push(`${parts.pop() ?? ''}${character === '\\' ? escaped : character}`);
  }
  return parts;
};

/**
 * Compiles a pattern in which `*` stands for any run of characters, none included. Every part is looked for at the first place it
 * can be, so a long text costs one pass and cannot explode the way a backtracking regular expression does.
 */
export const compileWildcard = (pattern: string, path: string): ((text: string) => boolean) => {
  const parts = literalParts(pattern, path);
  const [first = '', ...middle] = parts;
  const last = middle.pop();
  if (last === undefined) return (text) => text === first;
  if (middle.length + 1 > MAX_WILDCARDS) {
    throw invalidPattern(path, `too complex: at most ${MAX_WILDCARDS} wildcard characters`);
  }
  return (text) => {
    if (!text.startsWith(first)) return false;
    let from = first.length;
    for (const part of middle) {
      const found = text.indexOf(part, from);
      if (found === -1) return false;
      from = found + part.length;
    }
    return text.length - last.length >= from && text.endsWith(last);
  };
};
