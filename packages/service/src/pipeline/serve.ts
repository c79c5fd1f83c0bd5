import type { Clock } from '@verifiedfan/ports';
import type { Context, Observer, Serve, ServiceLog, Step } from '../exchange.ts';
import { dropAnswer, sendReady } from './send.ts';

export type ServeOptions = {
  clock: Clock;
  log: ServiceLog;
  /** Make the answer, in this order. */
  steps: readonly Step[];
  /** Makes the answer of whatever a step threw. */
  formatError: (context: Context, error: unknown) => void;
  /** Has the last word on how an answer is sent, also on that of an error; where it fails, that is the answer. */
  finish: Step;
  observers: readonly Observer[];
};

/**
 * Takes a request through the pipeline. Layers in the manner of Koa, each of which waits for those inside, cost as much as reading a token:
 * a dozen promises a request, of which all but the handler's and the body's were settled at once.
 */
export const createServe = ({ clock, log, steps, formatError, finish, observers }: ServeOptions): Serve => {
  const tell = (context: Context, tookMs: number): void => {
    for (const observe of observers) {
      try {
        observe(context, tookMs);
      } catch (error) {
        log.error('request not observed', { error });
      }
    }
  };
  return async function serveRequest(context) {
    const startedAtMs = clock.now();
    try {
      for (const step of steps) {
        const waiting = step(context);
        if (waiting !== undefined) await waiting;
      }
    } catch (error) {
      formatError(context, error);
    }
    try {
      const finishing = finish(context);
      if (finishing !== undefined) await finishing;
    } catch (error) {
      dropAnswer(context);
      formatError(context, error);
    }
    tell(context, clock.now() - startedAtMs);
    sendReady(context);
  };
};
