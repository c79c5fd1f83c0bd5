export { type BoundColumns, bindColumns } from './columns.ts';
export { CSV_ERROR_CODES, CsvError, type CsvErrorCode } from './errors.ts';
export { readCsv, readCsvBatches } from './read.ts';
export type {
  CsvFault,
  CsvFaultCode,
  CsvOptions,
  CsvRejection,
  CsvRejectionCode,
  CsvRejectionReason,
  CsvRow,
  OpenedCsv,
  ReadCsvOptions,
} from './types.ts';
