import { type Clock, PortError, type Queue } from '@verifiedfan/ports';
import { untilAborted } from '../sdk/lifecycle.ts';
import { createWakes } from '../sdk/wakes.ts';
import type { Sqs } from './client.ts';
import { readDepth } from './depth.ts';

export type Waiting = {
  wait: Queue['waitForMessages'];
  /** Something happened by which a message may have become receivable. */
  changed(): void;
  /** A receive ended; `found` says whether it brought messages. */
  received(found: boolean): void;
};

export type WaitingParts = { sqs: Sqs; pollMs: number; maxPollMs: number; clock: Clock };

const CHANGED = 'changed';
/** The count of a queue is approximate: now and then a receive looks for itself. */
const LONGEST_WAIT_MS = 20_000;

/**
 * Waits by asking for the queue's depth, at growing distances. A long poll would tell sooner, but it receives: what it brings would be
 * hidden from everybody and counted towards the dead letters, though nobody asked for it. What this driver does itself is known at
 * once. A receive that found nothing makes the next wait longer, because a depth above 0 may be messages that cannot be received: those
 * behind a message of their group in flight, or already gone when the count still has them.
 */
export const createWaiting = ({ sqs, pollMs, maxPollMs, clock }: WaitingParts): Waiting => {
  const wakes = createWakes(clock);
  let emptyReceives = 0;

  const mayHaveMessages = async (): Promise<boolean> => {
    try {
      return (await readDepth(sqs)).visible > 0;
    } catch (error) {
      if (error instanceof PortError && error.code === 'throttled') return false;
      throw error;
    }
  };

  const grow = (delayMs: number): number => Math.min(maxPollMs, Math.max(pollMs, delayMs * 2));

  const wait = async (signal: AbortSignal): Promise<void> => {
    const untilMs = clock.now() + LONGEST_WAIT_MS;
    let delayMs = emptyReceives === 0 ? 0 : Math.min(maxPollMs, pollMs * 2 ** (emptyReceives - 1));
    // Asked before each look, so that a change between the look and the pause behind it ends the wait.
    for (let count = wakes.count(CHANGED); !signal.aborted; ) {
      if (delayMs > 0 && (await wakes.pause({ key: CHANGED, count, durationMs: delayMs, signal }))) return;
      if (signal.aborted || clock.now() >= untilMs) return;
      count = wakes.count(CHANGED);
      if ((await untilAborted(signal, mayHaveMessages())) !== false) return;
      delayMs = grow(delayMs);
    }
  };

  return {
    wait: (signal) => wait(AbortSignal.any([signal, sqs.lifecycle.closing])),
    changed() {
      emptyReceives = 0;
      wakes.wake(CHANGED);
    },
    received(found) {
      emptyReceives = found ? 0 : emptyReceives + 1;
    },
  };
};
