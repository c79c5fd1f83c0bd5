/** Time comes from here and nowhere else, so that a run can be replayed and simulated. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /**
   * Resolves after `durationMs`; zero or less resolves in the next turn of the event loop. Resolves early, without an error, when
   * `signal` aborts: callers look at the signal, so that stopping is never an exception.
   */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}
