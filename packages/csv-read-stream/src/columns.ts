import type { CsvRejection, CsvRejectionReason } from './types.ts';

export type BoundColumns<Required extends string, Optional extends string> = {
  outcome: 'bound';
  /** The index of each column in `fields`, from 0; undefined for an optional one that the file does not have. */
  indexes: { [Name in Required]: number } & { [Name in Optional]: number | undefined };
};

/**
 * Finds the columns that a caller knows in a header, in any order; other columns are ignored. A required column that is missing, and
 * any name that stands twice (known or not), rejects the file; all reasons are given. Names compare exactly.
 */
export const bindColumns = <const Required extends string, const Optional extends string = never>(
  header: readonly string[],
  { required, optional = [] }: { required: readonly Required[]; optional?: readonly Optional[] | undefined },
): BoundColumns<Required, Optional> | CsvRejection => {
  const wanted: readonly string[] = [...required, ...optional];
  const reasons: CsvRejectionReason[] = [];
  const indexByName = new Map<string, number>();
  for (const [index, name] of header.entries()) {
    if (!indexByName.has(name)) indexByName.set(name, index);
    else
      reasons.push({ code: 'duplicate_column', position: index + 1, ...(wanted.includes(name) && { column: name }) });
  }
  for (const column of required) if (!indexByName.has(column)) reasons.push({ code: 'missing_column', column });
  if (reasons.length > 0) return { outcome: 'rejected', reasons };
  const indexes = Object.fromEntries(wanted.map((name) => [name, indexByName.get(name)]));
  // Every required name is in the map, or there would be a reason above.
  return { outcome: 'bound', indexes: indexes as BoundColumns<Required, Optional>['indexes'] };
};
