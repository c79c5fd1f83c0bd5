/**
 * A `LIMIT` that SQLite does not plan for. Its planner looks at a limit that is a bound parameter alone, so that every other binding makes
 * the statement over again (`sqlite3Reprepare`): half of what a short look-up costs.
 */
export const limitTo = (parameter: `?` | `:${string}`): string => `LIMIT ${parameter} + 0`;
