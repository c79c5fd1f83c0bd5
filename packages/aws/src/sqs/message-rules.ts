import { type OutgoingMessage, PortError, type QueueAttributes } from '@verifiedfan/ports';

const MAX_MESSAGE_BYTES = 1_048_576;
const MAX_ATTRIBUTES = 10;
const MAX_DELAY_SECONDS = 900;
/** Beside name and value, the name of an attribute's type counts. */
const TYPE_BYTES = Buffer.byteLength('String');

/** What is not in https://www.w3.org/TR/xml/#charsets, which is what SQS takes. */
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
/** ASCII letters, digits and punctuation. */
const GROUP_OR_ID = /^[!-~]{1,128}$/;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
const NAME_CHARACTERS = /^[\w.-]{1,256}$/;
const RESERVED_NAME = /^(aws\.|amazon\.|\.)|\.\.|\.$/i;

/** The bytes of a message as SQS counts them. */
export const sizeOfMessage = ({ body, attributes = {} }: { body: string; attributes?: QueueAttributes }): number =>
  Object.entries(attributes).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value) + TYPE_BYTES,
    Buffer.byteLength(body),
  );

const flawOfText = (what: string, text: unknown): string | undefined => {
  if (typeof text !== 'string' || text === '') return `${what} must be a text of at least 1 byte`;
  return FORBIDDEN.test(text) ? `${what} has a character that XML 1.0 does not allow` : undefined;
};

const flawOfAttributes = (attributes: QueueAttributes): string | undefined => {
  const entries = Object.entries(attributes);
  if (entries.length > MAX_ATTRIBUTES) return `a message has at most ${MAX_ATTRIBUTES} attributes`;
  for (const [name, value] of entries) {
    if (!NAME_CHARACTERS.test(name) || RESERVED_NAME.test(name))
      return 'an attribute has a name that SQS does not take';
    const flaw = flawOfText('the value of an attribute', value);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
};

const flawOfContent = (message: OutgoingMessage): string | undefined => {
  const flaw = flawOfText('the body', message.body) ?? flawOfAttributes(message.attributes ?? {});
  if (flaw !== undefined || sizeOfMessage(message) <= MAX_MESSAGE_BYTES) return flaw;
  return `a message has at most ${MAX_MESSAGE_BYTES} bytes with its attributes`;
};

const flawInFifo = ({ group = '', deduplicationId = '', delaySeconds = 0 }: OutgoingMessage): string | undefined => {
  if (!GROUP_OR_ID.test(group)) return 'a FIFO queue needs a group of 1 to 128 ASCII characters';
  if (!GROUP_OR_ID.test(deduplicationId)) return 'a FIFO queue needs a deduplication id of 1 to 128 ASCII characters';
  return delaySeconds === 0 ? undefined : 'a FIFO queue takes no delay per message';
};

const flawInStandard = ({ group, deduplicationId, delaySeconds = 0 }: OutgoingMessage): string | undefined => {
  if (deduplicationId !== undefined) return 'only a FIFO queue takes a deduplication id';
  // A group on a standard queue is a tenant of a fair queue.
  if (group !== undefined && !GROUP_OR_ID.test(group)) return 'a group has 1 to 128 ASCII characters';
  const isDelay = Number.isSafeInteger(delaySeconds) && delaySeconds >= 0 && delaySeconds <= MAX_DELAY_SECONDS;
  return isDelay ? undefined : `delaySeconds must be a whole number from 0 to ${MAX_DELAY_SECONDS}`;
};

/** Why a queue does not take this message; undefined when it does. Checked here, since the service refuses some flaws for a whole batch. */
export const findFlaw = (
  message: OutgoingMessage,
  { fifo, name }: { fifo: boolean; name: string },
): PortError | undefined => {
  const flaw = flawOfContent(message) ?? (fifo ? flawInFifo(message) : flawInStandard(message));
  return flaw === undefined ? undefined : new PortError({ code: 'validation', message: flaw, resource: name });
};
