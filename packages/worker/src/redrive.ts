import type { DeadLetters, DeadLetterWithPayload } from './dead-letters.ts';
import { RejectError } from './errors.ts';
import type { PreparedWorker } from './handler.ts';
import type { Rejection } from './outcomes.ts';
import { runBatch } from './run-batch.ts';

/**
 * Hands a dead letter to its worker once more: to this worker alone, though others may read the same stream. Resolves when it was
 * handled; throws when it was rejected or failed again, and then it stays where it is.
 */
export const redrive = async (
  prepared: PreparedWorker,
  letter: Pick<DeadLetterWithPayload, 'payload' | 'part'>,
): Promise<void> => {
  const { worker, name, host } = prepared;
  const again: Rejection[] = [];
  const run = {
    worker,
    name,
    services: await prepared.services(),
    deadLetters: capture(prepared.deadLetters, again),
    log: host.log,
    signal: new AbortController().signal,
    remainingMs: () => Number.POSITIVE_INFINITY,
    payloadOf: () => letter.payload,
  };
  if (letter.part) {
    if (worker.redrivePart === undefined) throw new RejectError(`${name} cannot take back parts of a record`);
    await worker.redrivePart(letter.payload, partContext(run, again));
    return;
  }
  const source = worker.sources.find((each) => each.recognises(each.redrive(letter.payload)));
  if (source === undefined) throw new RejectError('the payload is of no source of this worker');
  const correlation = host.platform.random.uuid();
  const batch = source.decode(source.redrive(letter.payload), { correlation, nowMs: host.platform.clock.now() });
  const { outcomes } = await runBatch({ ...run, batch });
  for (const error of outcomes.retried.values()) throw error;
  const [first] = again;
  if (first !== undefined) throw new RejectError(first.reason);
};

/** What is rejected again is told to the caller instead of being stored a second time. */
const capture = (deadLetters: DeadLetters, into: Rejection[]): DeadLetters => ({
  ...deadLetters,
  async add(_worker, rejections) {
    into.push(...rejections);
  },
});

const partContext = (
  {
    services,
    log,
    signal,
    remainingMs,
  }: Pick<Parameters<typeof runBatch>[0], 'services' | 'log' | 'signal' | 'remainingMs'>,
  again: Rejection[],
) => {
  const refuse = (_record: unknown, cause: unknown): never => {
    throw cause instanceof Error ? cause : new RejectError(String(cause));
  };
  const deadLetter = async (parts: readonly Rejection[]): Promise<void> => void again.push(...parts);
  return {
    services,
    log,
    signal,
    remainingMs,
    shard: undefined,
    retry: refuse,
    reject: refuse,
    fail: refuse,
    deadLetter,
  };
};
