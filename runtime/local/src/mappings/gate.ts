import type { PreparedWorker } from '@verifiedfan/worker';

/** Stands between a source and its worker, closed while the worker's flag is off: what is not taken cannot be lost. */
export type Gate = {
  paused(): boolean;
  /** Resolves when the flag is on, or the signal aborts. */
  open(signal: AbortSignal): Promise<void>;
};

export const createGate = (prepared: PreparedWorker): Gate => ({
  paused: () => !prepared.isOn(),
  async open(signal) {
    if (prepared.isOn() || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const stopListening = prepared.host.platform.flags.onChange(() => {
      if (prepared.isOn()) resolve();
    });
    const stop = (): void => resolve();
    signal.addEventListener('abort', stop, { once: true });
    if (!prepared.isOn()) await promise;
    stopListening();
    signal.removeEventListener('abort', stop);
  },
});
