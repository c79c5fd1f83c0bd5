import {
  type CollectionOperation,
  type OperationResult,
  PortError,
  type TransactionResult,
  type TransactionStep,
} from '@verifiedfan/ports';

type Done = Extract<OperationResult, { outcome: 'done' }>;
type AbortCode = Extract<TransactionResult, { outcome: 'aborted' }>['code'];

export type RunStepsOptions = {
  steps: readonly TransactionStep[];
  /** Runs work in a transaction, which ends without effect when the work throws. */
  write: <Answer>(work: () => Answer) => Answer;
  apply: (step: number, operation: CollectionOperation) => Done;
};

/** Carries the reason out of the transaction that it ends. */
class StepRefused extends Error {
  readonly step: number;
  readonly code: AbortCode;
  constructor(step: number, code: AbortCode) {
    super('a step of the transaction did not fit');
    this.step = step;
    this.code = code;
  }
}

const runStep = ({ steps, apply }: RunStepsOptions, step: number): Done => {
  const { operation, expectMatched } = steps[step] as TransactionStep;
  let result: Done;
  try {
    result = apply(step, operation);
  } catch (error) {
    if (error instanceof PortError && error.code === 'duplicate_key') throw new StepRefused(step, 'duplicate_key');
    throw error;
  }
  if (expectMatched !== undefined && result.matched !== expectMatched) throw new StepRefused(step, 'unexpected_match');
  return result;
};

/** Runs all steps or none. A step that is wrong in itself throws `validation` or `too_large`, and nothing is written either. */
export const runSteps = (options: RunStepsOptions): TransactionResult => {
  try {
    return {
      outcome: 'committed',
      results: options.write(() => options.steps.map((_step, index) => runStep(options, index))),
    };
  } catch (error) {
    if (error instanceof StepRefused) return { outcome: 'aborted', step: error.step, code: error.code };
    throw error;
  }
};
