import type { BucketNotifications, ObjectCreated } from '@verifiedfan/ports';

/** Notifications that can wait for what comes behind an upload already seen; a driver that cannot answers at once. */
export type Uploads = {
  waitForNotifications(signal: AbortSignal, after?: string): Promise<void>;
  /** Whether there are uploads that are not told now and will be: a process that died had received them. A driver without such has none. */
  hasHidden?(): Promise<boolean>;
};

const PAGE = 100;

/**
 * The oldest pending upload of each key on which nothing runs, at most `most`, and the last upload looked at. Reads as many pages as it
 * takes: a hundred uploads of one key must not hide another key.
 */
export const findReady = async (
  notifications: Pick<BucketNotifications, 'pending'>,
  { most, isRunning }: { most: number; isRunning: (key: string) => boolean },
): Promise<{ ready: ObjectCreated[]; last: string }> => {
  const ready: ObjectCreated[] = [];
  const keys = new Set<string>();
  let last = '0';
  for (;;) {
    const page = await notifications.pending({ limit: PAGE, after: last });
    for (const upload of page) {
      const { key } = upload.info;
      if (ready.length < most && !keys.has(key) && !isRunning(key)) ready.push(upload);
      keys.add(key);
    }
    last = page.at(-1)?.id ?? last;
    if (page.length < PAGE || ready.length >= most) return { ready, last };
  }
};

type WaitOptions = {
  notifications: Pick<BucketNotifications, 'pending'> & Uploads;
  slotFreed: Promise<void>;
  /** Wait for an upload behind this one too; undefined when there is no room for another. */
  after: string | undefined;
  signal: AbortSignal;
};

/** Resolves when a running upload has ended, when a new one came while there is room for it, or when the signal aborts. */
export const waitForUpload = async ({ notifications, slotFreed, after, signal }: WaitOptions): Promise<void> => {
  const over = new AbortController();
  const end = (): void => over.abort();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  void slotFreed.then(end);
  try {
    if (after !== undefined) {
      await notifications.waitForNotifications(over.signal, after);
      if (over.signal.aborted || (await notifications.pending({ limit: 1, after })).length > 0) return;
    }
    // No room, or a driver that answers for uploads that were seen already: only an end helps.
    if (!over.signal.aborted)
      await new Promise<void>((resolve) => over.signal.addEventListener('abort', () => resolve(), { once: true }));
  } finally {
    signal.removeEventListener('abort', end);
  }
};
