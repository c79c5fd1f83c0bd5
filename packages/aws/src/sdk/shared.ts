import { setImmediate } from 'node:timers/promises';

/**
 * One request for all who ask for the same key in the same turn of the event loop. Whoever asks later gets a request of their own, because the answer
 * to the first may be older than their question.
 */
export const shared = <Answer>(ask: (key: string) => Promise<Answer>): ((key: string) => Promise<Answer>) => {
  const collecting = new Map<string, Promise<Answer>>();
  return (key) => {
    const asked =
      collecting.get(key) ??
      setImmediate().then(() => {
        collecting.delete(key);
        return ask(key);
      });
    collecting.set(key, asked);
    return asked;
  };
};
