import type { Case } from './suite.ts';
import { tableConditionCases } from './table-condition-cases.ts';
import { tableLimitCases } from './table-limit-cases.ts';
import { tableOutcomeCases } from './table-outcome-cases.ts';
import { tableQueryCases } from './table-query-cases.ts';
import type { TableSubject } from './table-subject.ts';
import { tableTransactCases } from './table-transact-cases.ts';
import { tableWriteCases } from './table-write-cases.ts';

/** The promises of `Table`, without its change stream. */
export const tableCases: readonly Case<TableSubject>[] = [
  ...tableWriteCases,
  ...tableOutcomeCases,
  ...tableLimitCases,
  ...tableConditionCases,
  ...tableQueryCases,
  ...tableTransactCases,
];
