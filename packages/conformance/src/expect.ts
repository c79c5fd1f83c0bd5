import assert from 'node:assert/strict';
import type { PortErrorCode } from '@verifiedfan/ports';

/** The promise must reject with a port error of this code. Requires the rejection: a call that succeeds fails the case. */
export const assertCode = async (promise: Promise<unknown>, code: PortErrorCode): Promise<void> => {
  const error: unknown = await promise.then(
    () => assert.fail(`should have been refused with ${code}`),
    (reason: unknown) => reason,
  );
  assert.equal(error instanceof Error && 'code' in error ? error.code : error, code);
};

/** Longer than any server takes that runs beside the test, and short enough for a suite that proves its cases on broken drivers. */
const PATIENCE_MS = 1_000;

/** Fails instead of hanging when something that has to happen does not. */
export const settlesWithin = async <Value>(promise: Promise<Value>, because: string): Promise<Value> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing happened although ${because}`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};
