/** Calls that have begun and not ended, so that whoever closes can wait for them. */
export type UnderWay = {
  /** Answers what the call does, and counts it as under way until then. */
  track<Answer>(running: Promise<Answer>): Promise<Answer>;
  /** Resolves when nothing is under way, not even what calls begin to tidy up behind themselves. */
  settled(): Promise<void>;
};

export const createUnderWay = (): UnderWay => {
  const calls = new Set<Promise<unknown>>();
  return {
    async track(running) {
      calls.add(running);
      try {
        return await running;
      } finally {
        calls.delete(running);
      }
    },
    async settled() {
      while (calls.size > 0) await Promise.allSettled(calls);
    },
  };
};
