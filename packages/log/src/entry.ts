import { isError, readError } from '@verifiedfan/correlation';

/**
 * What the arguments of a log call mean. An error in place of the message gives its own message; an error, there or as data, is shown as
 * `data.error`. Data that is `{ data }` and nothing else is that data: both `info('x', { id })` and `info('x', { data: { id } })` are in use.
 */
export const readEntry = (message: unknown, data: unknown): { message: string; data: unknown } => {
  if (typeof message === 'string') return { message, data: readData(data) };
  if (isError(message)) return { message: readError(message).message, data: withError(message, readData(data)) };
  return { message: typeof message === 'object' ? 'log' : String(message), data: readData(data ?? message) };
};

const readData = (data: unknown): unknown => {
  if (typeof data !== 'object' || data === null) return data;
  if (isError(data)) return { error: data };
  try {
    return 'data' in data && Object.keys(data).length === 1 ? data.data : data;
  } catch {
    return data; // A proxy or getter that throws: to be read with care.
  }
};

const withError = (error: Error, data: unknown): object =>
  typeof data === 'object' && data !== null ? { error, ...data } : { error, ...(data === undefined ? {} : { data }) };
