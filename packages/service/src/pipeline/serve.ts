import type { Clock } from '@verifiedfan/ports';
import type { Context, Observer, Serve, Step } from '../exchange.ts';
import { sendReady } from './send.ts';

export type ServeOptions = {
  clock: Clock;
  /** Make the answer, in this order. */
  steps: readonly Step[];
  /** Makes the answer of whatever a step threw. */
  formatError: (context: Context, error: unknown) => void;
  /** Has the last word on how an answer is sent, also on that of an error. */
  finish: Step;
  observers: readonly Observer[];
};

/**
 * Takes a request through the pipeline. Layers in the manner of Koa, each of which waits for those inside, cost as much as reading a token:
 * a dozen promises a request, of which all but the handler's and the body's were settled at once.
 */
export const createServe = ({ clock, steps, formatError, finish, observers }: ServeOptions): Serve =>
  async function serveRequest(context) {
    const startedAtMs = clock.now();
    try {
      for (const step of steps) {
        const waiting = step(context);
        if (waiting !== undefined) await waiting;
      }
    } catch (error) {
      formatError(context, error);
    }
    const finishing = finish(context);
    if (finishing !== undefined) await finishing;
    const tookMs = clock.now() - startedAtMs;
    for (const observe of observers) observe(context, tookMs);
    sendReady(context);
  };
