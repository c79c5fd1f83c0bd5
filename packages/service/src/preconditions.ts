import { ServiceError } from './errors.ts';

/** The strong tag of a version: `"7"`. */
export const entityTag = (version: number): string => `"${version}"`;

/**
 * What `if-match` demands: a version, or `*` for whatever is stored. Throws PRECONDITION_REQUIRED when the header is missing and
 * VALIDATION_ERROR for anything else: weak tags and lists are not taken.
 */
export const readIfMatch = (header: string | undefined): number | '*' => {
  if (header === undefined) {
    throw new ServiceError({ code: 'PRECONDITION_REQUIRED', message: 'Send if-match with the version that you read' });
  }
  const text = header.trim();
  if (text === '*') return '*';
  const version = /^"([1-9][0-9]{0,14})"$/.exec(text)?.[1];
  if (version !== undefined) return Number(version);
  const message = 'Must be one strong tag such as "7", or *';
  const details = [{ pointer: '', rule: 'if_match', message, in: 'header' as const }];
  throw new ServiceError({ code: 'VALIDATION_ERROR', message: 'The if-match header is malformed', details });
};

/** Throws VERSION_CONFLICT unless the stored version is the demanded one. */
export const requireVersion = (demanded: number | '*', stored: number): void => {
  if (demanded === '*' || demanded === stored) return;
  throw new ServiceError({ code: 'VERSION_CONFLICT', message: 'It was changed in the meantime; read it again' });
};
