import type { JsonValue } from '@verifiedfan/ports';
import { type CompiledPattern, compilePattern } from './compile.ts';
import { PatternError } from './errors.ts';

/** Lambda's default; the quota can be raised to 10 on request. */
const DEFAULT_MAX_FILTERS = 5;
const HIGHEST_MAX_FILTERS = 10;

export type FilterOptions = {
  /** Most filters of one source, 1 to 10. More than five need a raised quota on AWS. @default 5 */
  maxFilters?: number | undefined;
};

/**
 * Compiles the filters of one event source: an event passes when any of them matches, and without a filter every event passes.
 * Throws `PatternError`, with `too_many_filters` over the quota.
 */
export const compileFilters = (
  patterns: readonly JsonValue[],
  { maxFilters = DEFAULT_MAX_FILTERS }: FilterOptions = {},
): CompiledPattern => {
  const most = Math.min(maxFilters, HIGHEST_MAX_FILTERS);
  if (patterns.length > most)
    throw new PatternError('too_many_filters', '', `${patterns.length} filters, at most ${most}`);
  const filters = patterns.map(compilePattern);
  const paths = [...new Set(filters.flatMap((filter) => filter.paths))];
  const [only, ...others] = filters;
  if (only === undefined) return { matches: () => true, paths };
  if (others.length === 0) return only;
  return { matches: (event) => filters.some((filter) => filter.matches(event)), paths };
};
