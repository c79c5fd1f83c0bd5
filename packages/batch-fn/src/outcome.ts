export type Failed = { error: Error };
/** What became of one entry: the bulk function's result, or the error. A result with an `error` is a failure, so results have none. */
export type Outcome<Result extends object> = Result | Failed;

export type BatchContext = {
  /** 1 for the first time that these entries are sent. */
  attempt: number;
  signal: AbortSignal | undefined;
};

/** Works on many entries at once and answers one outcome per entry, in their order. A throw fails all entries of the batch. */
export type BatchFunction<Item, Result extends object> = (
  batch: Item[],
  context: BatchContext,
) => Promise<readonly Outcome<Result>[]>;

export const isFailed = <Result extends object>(outcome: Outcome<Result>): outcome is Failed =>
  'error' in outcome && outcome.error instanceof Error;
