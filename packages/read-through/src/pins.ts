import type { Clock } from '@verifiedfan/ports';

/** What this process wrote and the cache was not told of, so that nothing older is read back. */
export const createPins = ({ clock, maxPins }: { clock: Clock; maxPins: number }) => {
  const pins = new Map<string, { version: number; untilMs: number }>();
  /** When more was written than is remembered: until then nothing in the cache is trusted. */
  let distrustUntilMs = Number.NEGATIVE_INFINITY;

  const makeRoom = (nowMs: number): void => {
    for (const [key, { untilMs }] of pins) {
      if (untilMs <= nowMs) pins.delete(key);
    }
    if (pins.size < maxPins) return;
    for (const { untilMs } of pins.values()) distrustUntilMs = Math.max(distrustUntilMs, untilMs);
    pins.clear();
  };

  return {
    pin(key: string, version: number, durationMs: number): void {
      const nowMs = clock.now();
      if (pins.size >= maxPins) makeRoom(nowMs);
      pins.set(key, { version: Math.max(version, pins.get(key)?.version ?? 0), untilMs: nowMs + durationMs });
    },
    /** The cache knows of the version. A pin of a later write stays as it is. */
    release(key: string, version: number): void {
      if (pins.get(key)?.version === version) pins.delete(key);
    },
    /** The lowest version that may be read; 0 where anything may. */
    least(key: string): number {
      const pin = pins.get(key);
      return pin !== undefined && pin.untilMs > clock.now() ? pin.version : 0;
    },
    /** Whether the cache must not be asked at all. */
    distrusts: (): boolean => clock.now() < distrustUntilMs,
  };
};
