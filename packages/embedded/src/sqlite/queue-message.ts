import { invalid } from '@verifiedfan/driver';
import type { OutgoingMessage, PortError } from '@verifiedfan/ports';

const MAX_MESSAGE_BYTES = 1_048_576;
const MAX_ATTRIBUTES = 10;
const MAX_DELAY_SECONDS = 900;
/** An attribute counts with its name, its value and the name of its type. */
const TYPE_BYTES = 'String'.length;

/** The characters of XML 1.0, which is what SQS takes: https://www.w3.org/TR/xml/#charsets */
const FOREIGN_CHARACTER = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
/** Letters, digits and ASCII punctuation, as SQS takes them for groups and deduplication ids. */
const FIFO_NAME = /^[!-~]{1,128}$/;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
const ATTRIBUTE_NAME = /^(?!aws\.|amazon\.|\.)(?!.*\.\.)[a-z0-9_.-]{1,256}(?<!\.)$/i;

const flawOfAttributes = (attributes: Readonly<Record<string, string>>): string | undefined => {
  const entries = Object.entries(attributes);
  if (entries.length > MAX_ATTRIBUTES) return `a message has at most ${MAX_ATTRIBUTES} attributes`;
  for (const [name, value] of entries) {
    if (!ATTRIBUTE_NAME.test(name)) return 'the name of an attribute is outside of the grammar';
    if (typeof value !== 'string' || value === '') return 'the value of an attribute must be a text of at least 1 byte';
    if (FOREIGN_CHARACTER.test(value)) return 'an attribute has a character that XML 1.0 does not allow';
  }
  return undefined;
};

const sizeOf = (body: string, attributes: Readonly<Record<string, string>>): number => {
  let bytes = Buffer.byteLength(body);
  for (const [name, value] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value) + TYPE_BYTES;
  }
  return bytes;
};

const flawOfContent = ({ body, attributes = {} }: OutgoingMessage): string | undefined => {
  if (typeof body !== 'string' || body === '') return 'the body must be a text of at least 1 byte';
  if (FOREIGN_CHARACTER.test(body)) return 'the body has a character that XML 1.0 does not allow';
  const flaw = flawOfAttributes(attributes);
  if (flaw) return flaw;
  if (sizeOf(body, attributes) > MAX_MESSAGE_BYTES)
    return `a message has at most ${MAX_MESSAGE_BYTES} bytes with its attributes`;
  return undefined;
};

const flawOfFifo = ({ group, deduplicationId, delaySeconds = 0 }: OutgoingMessage): string | undefined => {
  if (group === undefined || !FIFO_NAME.test(group)) return 'a FIFO queue needs a group of 1 to 128 ASCII characters';
  if (deduplicationId === undefined || !FIFO_NAME.test(deduplicationId)) {
    return 'a FIFO queue needs a deduplication id of 1 to 128 ASCII characters';
  }
  if (delaySeconds !== 0) return 'a FIFO queue takes no delay per message';
  return undefined;
};

const flawOfStandard = ({ group, deduplicationId, delaySeconds = 0 }: OutgoingMessage): string | undefined => {
  if (deduplicationId !== undefined) return 'only a FIFO queue takes a deduplication id';
  if (group !== undefined && !FIFO_NAME.test(group)) return 'a group has 1 to 128 ASCII characters';
  if (!Number.isSafeInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > MAX_DELAY_SECONDS) {
    return `delaySeconds must be a whole number from 0 to ${MAX_DELAY_SECONDS}`;
  }
  return undefined;
};

/** Why the queue does not take this message, or undefined. Never names a stored value. */
export const findFlaw = (message: OutgoingMessage, fifo: boolean, resource: string): PortError | undefined => {
  const flaw = flawOfContent(message) ?? (fifo ? flawOfFifo(message) : flawOfStandard(message));
  return flaw === undefined ? undefined : invalid(flaw, resource);
};
