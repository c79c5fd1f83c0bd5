import { GraphQLError, type SourceLocation } from 'graphql';
import { type Fault, FieldFailure } from './errors.ts';

/** An error as AppSync shows it; `extensions` repeats the type for clients that know only GraphQL's own members. */
export type PresentedError = {
  message: string;
  errorType: string;
  path?: readonly (string | number)[];
  locations?: readonly SourceLocation[];
  extensions: { errorType: string; code?: string; retryable?: boolean };
};

/** The error as it leaves the process: message, type and place, and nothing of causes, stacks or values that a worker returned. */
export const presentError = (error: GraphQLError, { suggestions }: { suggestions: boolean }): PresentedError => {
  const { errorType, message, code, retryable } = describe(error);
  return {
    message: suggestions ? message : message.replace(/ Did you mean .*\?$/, ''),
    errorType,
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(error.locations === undefined ? {} : { locations: error.locations }),
    extensions: {
      errorType,
      ...(code === undefined ? {} : { code }),
      ...(retryable === undefined ? {} : { retryable }),
    },
  };
};

const describe = (error: GraphQLError): Fault => {
  const { originalError, message, extensions } = error;
  if (originalError instanceof FieldFailure) return originalError.fault;
  // An error with a path comes from an answer that does not fit the schema, and its text holds the answer's value.
  if (error.path !== undefined)
    return { errorType: 'InvalidResult', message: 'The worker’s answer does not fit the schema.' };
  if (originalError !== undefined && !(originalError instanceof GraphQLError)) {
    return { errorType: 'InternalFailure', message: 'The request failed.' };
  }
  if (typeof extensions.errorType === 'string') return { errorType: extensions.errorType, message };
  return { errorType: message.startsWith('Syntax Error') ? 'SyntaxError' : 'ValidationError', message };
};
