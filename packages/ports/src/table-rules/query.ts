import type { Condition } from '../condition.ts';
import { invalid } from '../errors.ts';
import type { Key, SortKeyClause, TableQuery } from '../table.ts';
import { assertCondition } from './condition-grammar.ts';
import { assertKeyPart } from './item.ts';
import { compareUtf8 } from './same-json.ts';

type Compared = 'equals' | 'beginsWith' | 'less' | 'lessOrEqual' | 'greater' | 'greaterOrEqual';
/** A clause on the sort key whose grammar was checked. */
export type PreparedClause =
  | { readonly operator: Compared; readonly operand: string }
  | { readonly operator: 'between'; readonly low: string; readonly high: string };

/** A query whose grammar was checked. `position` is the row that the page goes on behind. */
export type PreparedQuery = {
  readonly PK: string;
  readonly clause: PreparedClause | undefined;
  readonly limit: number | undefined;
  readonly reverse: boolean;
  readonly filter: Condition | undefined;
  readonly position: Key | undefined;
};

const COMPARED: ReadonlySet<string> = new Set<Compared>([
  'equals',
  'beginsWith',
  'less',
  'lessOrEqual',
  'greater',
  'greaterOrEqual',
]);
const isCompared = (operator: string): operator is Compared => COMPARED.has(operator);

/** A cursor is the key of the last row looked at; callers see text without a meaning. */
export const encodeCursor = ({ PK, SK }: Key): string => Buffer.from(JSON.stringify([PK, SK])).toString('base64url');

const decodeCursor = (cursor: string): Key => {
  try {
    const [PK, SK] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    assertKeyPart('PK', PK);
    assertKeyPart('SK', SK);
    return { PK, SK };
  } catch {
    throw invalid('the cursor is not one that this table made');
  }
};

const prepareClause = (clause: SortKeyClause): PreparedClause => {
  const [[operator, operand] = [], ...others] = Object.entries(clause);
  if (operator === undefined || others.length > 0) throw invalid('a clause on the sort key has exactly one operator');
  if (operator === 'between') {
    const [low, high] = Array.isArray(operand) ? operand : [];
    assertKeyPart('SK', low);
    assertKeyPart('SK', high);
    if (compareUtf8(low, high) > 0) throw invalid('between needs its lower end first');
    return { operator, low, high };
  }
  if (!isCompared(operator)) throw invalid('a clause on the sort key has an operator that does not exist');
  assertKeyPart('SK', operand);
  return { operator, operand: String(operand) };
};

const assertLimit = (limit: number | undefined): void => {
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1)) throw invalid('limit is a whole number from 1');
};

/** Throws `validation` for a clause, filter, limit or cursor that is wrong. */
export const prepareQuery = ({ PK, SK, limit, reverse = false, filter, cursor }: TableQuery): PreparedQuery => {
  assertKeyPart('PK', PK);
  if (filter !== undefined) assertCondition(filter, ['PK', 'SK']);
  assertLimit(limit);
  const position = cursor === undefined ? undefined : decodeCursor(cursor);
  if (position !== undefined && position.PK !== PK) throw invalid('the cursor belongs to another partition');
  return { PK, clause: SK === undefined ? undefined : prepareClause(SK), limit, reverse, filter, position };
};

/** Throws `validation` for a limit or cursor that is wrong. */
export const prepareScan = ({ limit, cursor }: { limit?: number; cursor?: string }) => {
  assertLimit(limit);
  return { limit, position: cursor === undefined ? undefined : decodeCursor(cursor) };
};
