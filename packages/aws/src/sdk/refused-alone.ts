import { PortError } from '@verifiedfan/ports';

/** Tells entries that a service refused one by one from whole requests that failed. */
export type RefusedAlone = {
  /** Notes the error of one entry. */
  note(error: PortError): PortError;
  /** Whether an entry that failed so is to be sent again; for `batchFn`. */
  mayRepeat(error: Error): boolean;
};

/** Whole requests are repeated by the SDK; were they repeated by `batchFn` too, one bad minute would cost the product of both. */
export const createRefusedAlone = (): RefusedAlone => {
  const noted = new WeakSet<Error>();
  return {
    note(error) {
      noted.add(error);
      return error;
    },
    mayRepeat: (error) => noted.has(error) && error instanceof PortError && error.retryable,
  };
};
