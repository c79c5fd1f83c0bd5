/** A request as it arrived, for tests that look at retries, headers and signatures. Secrets are in it: it never leaves memory. */
export type RecordedRequest = {
  method: string;
  /** With the query string, without the sandbox's prefix. */
  path: string;
  headers: Record<string, string>;
  body: string;
  receivedAtMs: number;
};

/** Keeps the newest requests and counts those it had to forget. */
export const createRecorder = ({ capacity }: { capacity: number }) => {
  let requests: RecordedRequest[] = [];
  let forgotten = 0;
  return {
    record(request: RecordedRequest): void {
      requests.push(request);
      // In halves, because taking one from the front of a long array each time costs as much as copying it.
      if (requests.length < capacity * 2) return;
      forgotten += capacity;
      requests = requests.slice(capacity);
    },
    list(): { requests: RecordedRequest[]; forgotten: number } {
      const surplus = Math.max(0, requests.length - capacity);
      return { requests: requests.slice(surplus), forgotten: forgotten + surplus };
    },
    clear(): void {
      requests = [];
      forgotten = 0;
    },
  };
};
export type Recorder = ReturnType<typeof createRecorder>;
