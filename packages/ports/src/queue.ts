export type QueueAttributes = Readonly<Record<string, string>>;

export type OutgoingMessage = {
  /** 1 byte to 1 MiB of text with its attributes; characters that XML 1.0 does not allow are refused. */
  body: string;
  attributes?: QueueAttributes;
  /** Seconds before the message can be received, 0 to 900. Standard queues only. */
  delaySeconds?: number;
  /** FIFO queues: required, 1 to 128 characters. Messages of one group are delivered in order, one batch at a time. */
  group?: string;
  /** FIFO queues: required, 1 to 128 characters. A second send within five minutes is answered as sent and not delivered. */
  deduplicationId?: string;
};

export type SendResult = { messageId: string } | { error: Error };

export type ReceivedMessage = {
  messageId: string;
  /** Names this receive; a later receive of the same message makes it stale. */
  receiptHandle: string;
  body: string;
  attributes: QueueAttributes;
  /** How often the message was received, this time included. */
  receiveCount: number;
  sentAtMs: number;
  firstReceivedAtMs: number;
  group?: string;
  deduplicationId?: string;
  /** FIFO queues: rises inside a group; compare with `compareSequences`. */
  sequence?: string;
};

export type ReceiveOptions = {
  /** Most messages, 1 to 10,000: the driver gathers several calls where its service gives ten at a time. */
  max: number;
  /** How long to wait for the first message, in milliseconds; 0 answers at once. */
  waitMs?: number;
  /** How long the messages stay hidden, in seconds; the queue's own value when left out. */
  visibilitySeconds?: number;
  signal?: AbortSignal;
};

export type QueueDepth = { visible: number; inFlight: number; delayed: number };

/** A queue in the terms of SQS: at least once, unordered unless FIFO. A message received too often moves to the dead-letter queue. */
export interface Queue {
  readonly name: string;
  readonly fifo: boolean;
  /** Any number of messages, answered in order. */
  sendMany(messages: readonly OutgoingMessage[]): Promise<SendResult[]>;
  receive(options: ReceiveOptions): Promise<ReceivedMessage[]>;
  /** Deletes by receipt handle. An already deleted message is not an error; on a FIFO queue an expired handle is refused. */
  deleteMany(receiptHandles: readonly string[]): Promise<({ deleted: true } | { error: Error })[]>;
  /** Hides for `visibilitySeconds` from now (0 to 43,200); 0 makes the message receivable at once. */
  changeVisibility(
    receiptHandles: readonly string[],
    visibilitySeconds: number,
  ): Promise<({ changed: true } | { error: Error })[]>;
  depth(): Promise<QueueDepth>;
  /** Messages in the order of arrival without receiving them, for tools. Drivers of services that cannot do this throw `validation`. */
  peek(options: { limit: number; after?: string }): Promise<{ messages: ReceivedMessage[]; last: string | undefined }>;
  /** Resolves when a message may be receivable, or when `signal` aborts. Costs nothing while it waits. */
  waitForMessages(signal: AbortSignal): Promise<void>;
}
