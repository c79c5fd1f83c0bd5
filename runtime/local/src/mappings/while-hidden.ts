import type { Queue, ReceivedMessage } from '@verifiedfan/ports';
import type { PreparedWorker } from '@verifiedfan/worker';

type HiddenOptions = { prepared: PreparedWorker; queue: Queue; visibilitySeconds: number };

/**
 * Keeps messages hidden while they are worked on, however long that takes: on AWS a function ends long before its messages show again, and
 * here nothing ends it. `messages` may grow meanwhile.
 */
export const whileHidden = async <T>(
  { prepared, queue, visibilitySeconds }: HiddenOptions,
  messages: readonly ReceivedMessage[],
  work: () => Promise<T>,
): Promise<T> => {
  const { clock } = prepared.host.platform;
  const done = new AbortController();
  const hideAgain = async (): Promise<void> => {
    for (;;) {
      await clock.sleep((visibilitySeconds * 1_000) / 2, done.signal);
      if (done.signal.aborted) return;
      // What cannot be hidden again, after twelve hours or because the store is busy, is delivered twice at worst.
      await queue
        .changeVisibility(
          messages.map(({ receiptHandle }) => receiptHandle),
          visibilitySeconds,
        )
        .catch(() => undefined);
    }
  };
  const hiding = hideAgain();
  try {
    return await work();
  } finally {
    done.abort();
    await hiding;
  }
};
