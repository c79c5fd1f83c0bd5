import type { PortError } from '@verifiedfan/ports';
import { toPortError } from '../sdk/errors.ts';

/** What a batch call says of one entry that it did not do. */
export type EntryFault = {
  code: string | undefined;
  /** Whether the entry itself is wrong, where the service says so; otherwise the code decides. */
  senderFault?: boolean | undefined;
};

/** An entry that was not done, as the error that the call would have thrown for it alone. Without the service's text, which may quote the entry. */
export const entryError = (
  { code, senderFault }: EntryFault,
  about: { operation: string; resource: string },
): PortError => {
  const $metadata = senderFault === undefined ? undefined : { httpStatusCode: senderFault ? 400 : 500 };
  return toPortError({ name: code ?? 'UnknownError', $metadata }, about);
};
