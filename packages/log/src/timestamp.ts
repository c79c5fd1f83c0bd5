import type { Clock } from '@verifiedfan/ports';

/** `,"@timestamp":"…"` as pino wants it. Lines of one millisecond share the text, for making it costs as much as half a line. */
export const createTimestamp = (clock: Pick<Clock, 'now'>): (() => string) => {
  let lastMs = Number.NaN;
  let text = '';
  return () => {
    try {
      const nowMs = clock.now();
      if (nowMs !== lastMs) {
        text = `,"@timestamp":"${new Date(nowMs).toISOString()}"`;
        lastMs = nowMs;
      }
      return text;
    } catch {
      return UNKNOWN_TIME; // A broken clock must not cost the line as well.
    }
  };
};

const UNKNOWN_TIME = ',"@timestamp":null';
