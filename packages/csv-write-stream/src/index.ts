export {
  type CsvColumn,
  type CsvWriteOptions,
  CsvWriteStream,
  CsvWriteStream as default,
  csvWriteStream,
} from './csv-write-stream.ts';
export { CSV_WRITE_ERROR_CODES, CsvWriteError, type CsvWriteErrorCode } from './errors.ts';
export { type CsvRowOptions, type CsvValue, formatCsvRow } from './format.ts';
