import type { DeadLetters, DeadLetterWithPayload } from './dead-letters.ts';
import type { HandleContext } from './definition.ts';
import { RejectError, toError } from './errors.ts';
import { withInvocation } from './invocation.ts';
import type { Rejection } from './outcomes.ts';
import { assertOn, type PreparedWorker } from './prepare.ts';
import { runBatch } from './run-batch.ts';

export type RedrivenLetter = Pick<DeadLetterWithPayload, 'payload' | 'part'> &
  Partial<Pick<DeadLetterWithPayload, 'cut' | 'shard'>>;

/**
 * Hands a dead letter to its worker once more: to this worker alone, though others may read the same stream. Resolves when it was
 * handled; throws when it was rejected or failed again, and then it stays where it is. Parts that the worker dead-letters meanwhile, such
 * as lines of a redriven file, are stored as always.
 */
export const redrive = (prepared: PreparedWorker, letter: RedrivenLetter): Promise<void> =>
  withInvocation(prepared, async (correlation) => {
    assertOn(prepared);
    if (letter.cut === true)
      throw new RejectError('the payload was too large to be kept whole; put the record back from its source');
    if (letter.part) await redrivePart(prepared, letter);
    else await redriveRecord(prepared, letter, correlation);
  });

const redriveRecord = async (
  prepared: PreparedWorker,
  { payload, shard }: RedrivenLetter,
  correlation: string,
): Promise<void> => {
  const { worker, host } = prepared;
  const source = worker.sources.find((each) => each.mode === 'batch' && each.recognises(each.redrive(payload, shard)));
  if (source === undefined) throw new RejectError('the payload is of no source of this worker');
  const batch = source.decode(source.redrive(payload, shard), { correlation, nowMs: host.platform.clock.now() });
  const again: Rejection[] = [];
  const { outcomes } = await runBatch({
    ...(await invocationOf(prepared)),
    worker,
    name: prepared.name,
    source,
    batch,
    deadLetters: { add: captureWhole(prepared.deadLetters, again) },
    payloadAt: () => payload,
  });
  for (const error of outcomes.retried.values()) throw error;
  const [first] = again;
  if (first !== undefined) throw new RejectError(first.reason);
};

const redrivePart = async (prepared: PreparedWorker, { payload }: RedrivenLetter): Promise<void> => {
  const { worker, name } = prepared;
  if (worker.redrivePart === undefined) throw new RejectError(`${name} cannot take back parts of a record`);
  const refuse = (cause: unknown): never => {
    throw toError(cause);
  };
  const context: HandleContext<unknown> = {
    ...(await invocationOf(prepared)),
    shard: undefined,
    retry: (_record, cause) => refuse(cause),
    fail: (_record, cause) => refuse(cause),
    reject: (_record, reason) => refuse(new RejectError(reason)),
    deadLetter: async ([first]) => {
      if (first !== undefined) refuse(new RejectError(first.reason));
    },
  };
  await worker.redrivePart(payload, context);
};

/** What is the same for whole records and parts. A redrive is asked for by hand: nothing limits its time. */
const invocationOf = async (prepared: PreparedWorker) => ({
  services: await prepared.services(),
  log: prepared.host.log,
  signal: new AbortController().signal,
  remainingMs: () => Number.POSITIVE_INFINITY,
});

/** A whole record that is rejected again is told to the caller: it is stored already. */
const captureWhole =
  (deadLetters: DeadLetters, into: Rejection[]): DeadLetters['add'] =>
  async (worker, rejections) => {
    const parts = rejections.filter(({ part }) => part === true);
    into.push(...rejections.filter(({ part }) => part !== true));
    return deadLetters.add(worker, parts);
  };
