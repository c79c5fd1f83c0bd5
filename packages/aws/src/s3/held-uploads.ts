import type { ObjectCreated, ReceivedMessage } from '@verifiedfan/ports';
import type { ToldUpload } from './event.ts';

type Message = { receiptHandle: string; open: Set<number> };
type Held = { number: number; messageId: string; upload: ObjectCreated };

/** What was received from the queue and is not acknowledged, in the order of arrival. Numbers are those of this process. */
export const createHeldUploads = (bucket: string) => {
  const messages = new Map<string, Message>();
  const uploads = new Map<number, Held>();
  let lastNumber = 0;

  return {
    get size() {
      return uploads.size;
    },
    /** Takes the uploads of a message. One that comes again, because its time ran out, keeps its uploads and gets the new receipt. */
    add({ messageId, receiptHandle, receiveCount }: ReceivedMessage, told: readonly ToldUpload[]): void {
      const known = messages.get(messageId);
      if (known !== undefined) {
        known.receiptHandle = receiptHandle;
        return;
      }
      const message: Message = { receiptHandle, open: new Set() };
      messages.set(messageId, message);
      for (const { info, createdAtMs } of told) {
        lastNumber += 1;
        const upload = { id: String(lastNumber), bucket, info, createdAtMs, attempts: receiveCount - 1 };
        message.open.add(lastNumber);
        uploads.set(lastNumber, { number: lastNumber, messageId, upload });
      }
    },
    /** Copies, so that a page does not change in the hands of who asked for it. */
    behind: (after: number, limit: number): ObjectCreated[] =>
      [...uploads.values()]
        .filter(({ number }) => number > after)
        .sort((a, b) => a.number - b.number)
        .slice(0, limit)
        .map(({ upload }) => ({ ...upload })),
    attempted(number: number): void {
      const held = uploads.get(number);
      if (held !== undefined) held.upload.attempts += 1;
    },
    /** Lets go of an upload; answers the receipt of its message when that was the last one in it, and the way back if it cannot be deleted. */
    remove(number: number): { receiptHandle: string; putBack(): void } | undefined {
      const removed = uploads.get(number);
      const message = removed && messages.get(removed.messageId);
      if (removed === undefined || message === undefined) return undefined;
      const { messageId } = removed;
      uploads.delete(number);
      message.open.delete(number);
      if (message.open.size > 0) return undefined;
      messages.delete(messageId);
      const putBack = (): void => {
        messages.set(messageId, message);
        message.open.add(number);
        uploads.set(number, removed);
      };
      return { receiptHandle: message.receiptHandle, putBack };
    },
    receipts: (): string[] => [...messages.values()].map(({ receiptHandle }) => receiptHandle),
  };
};
