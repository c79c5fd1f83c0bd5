import { type Schema, safeParse } from '@verifiedfan/schema';
import { type ErrorDetail, ServiceError } from './errors.ts';

const refuse = (details: readonly ErrorDetail[]): ServiceError =>
  new ServiceError({ code: 'VALIDATION_ERROR', message: 'The request does not match its schema', details });

/** Checks one part of a request; details of the path and the query say where they stood. */
export const checkInput = (schema: Schema | undefined, value: unknown, place: 'body' | 'path' | 'query'): unknown => {
  if (schema === undefined) return undefined;
  const result = safeParse(schema, value);
  if (result.ok) return result.value;
  throw refuse(place === 'body' ? result.details : result.details.map((detail) => ({ ...detail, in: place })));
};

/** The query as an object of texts. A parameter that is given twice is refused, since readers disagree on which one counts. */
export const readQuery = (search: string): Record<string, string> => {
  // Most requests have none, and a reader of queries costs as much as finding the route.
  if (search === '') return {};
  const query: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(search)) {
    if (Object.hasOwn(query, name)) {
      throw refuse([{ pointer: '', rule: 'repeated', message: 'A query parameter is given twice', in: 'query' }]);
    }
    query[name] = value;
  }
  return { ...query };
};
