export { type CompiledPattern, compilePattern } from './compile.ts';
export { PatternError, type PatternErrorCode } from './errors.ts';
export { compileFilters, type FilterOptions } from './filters.ts';
