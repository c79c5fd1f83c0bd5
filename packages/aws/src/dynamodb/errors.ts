import { PortError } from '@verifiedfan/ports';
import { isCausedBy, toPortError } from '../sdk/errors.ts';

/** An item that an update lets grow over 400 KB, and a transaction over 4 MB, are told only by this text. */
const TOO_LARGE = /item size.*(exceed|larger)|exceed.*size|size.*exceeded/i;

const named = (error: unknown, name: string): error is Error => error instanceof Error && error.name === name;

/** Whether text of the service says that something is over a size. */
export const saysTooLarge = (text: string | undefined): boolean => text !== undefined && TOO_LARGE.test(text);

/** What DynamoDB throws, as the error of the ports; the text behind it may quote values and stays with the cause. */
export const toTableError = (error: unknown, about: { operation: string; resource: string }): PortError => {
  const failed = (code: 'too_large' | 'conflict', what: string) =>
    new PortError({ code, message: `${about.operation} failed: ${what}`, resource: about.resource, cause: error });
  if (named(error, 'ValidationException') && saysTooLarge(error.message)) return failed('too_large', 'too large');
  if (named(error, 'ReplicatedWriteConflictException')) return failed('conflict', error.name);
  return toPortError(error, about);
};

/** The row or the request itself is wrong, so that others may well succeed; anything else non-retryable stops them all. */
export const isOwnFault = (error: PortError): boolean =>
  error.code === 'too_large' || isCausedBy(error, 'ValidationException');
