import type { Queue, QueueAttributes } from '@verifiedfan/ports';
import type { Meter } from './meter.ts';
import { textBytes, unitsOf } from './units.ts';

const MESSAGES_PER_REQUEST = 10;
/** SQS bills each 64 KB of a request as one. */
const REQUEST_BYTES = 64 * 1_024;

/** The same queue; each call is counted as batches of ten messages. Empty receives are not counted: nobody polls here. */
export const meteredQueue = (queue: Queue, meter: Meter): Queue => {
  const add = (operation: string, entries: number, bytes: number): void => {
    if (entries === 0) return;
    const requests = Math.ceil(entries / MESSAGES_PER_REQUEST);
    const units = Math.max(requests, unitsOf(bytes, REQUEST_BYTES));
    const unit = queue.fifo ? 'SQS FIFO request' : 'SQS request';
    meter.add({ service: 'SQS', resource: queue.name, operation, requests, entries, bytes, unit, units });
  };
  return {
    ...queue,
    async sendMany(messages) {
      const results = await queue.sendMany(messages);
      add('sendMany', messages.length, bytesOf(messages));
      return results;
    },
    async receive(options) {
      const messages = await queue.receive(options);
      add('receive', messages.length, bytesOf(messages));
      return messages;
    },
    async deleteMany(handles) {
      const results = await queue.deleteMany(handles);
      add('deleteMany', handles.length, 0);
      return results;
    },
    async changeVisibility(handles, seconds) {
      const results = await queue.changeVisibility(handles, seconds);
      add('changeVisibility', handles.length, 0);
      return results;
    },
  };
};

type Message = { body: string; attributes?: QueueAttributes | undefined };

/** Beside name and value, the name of an attribute's type counts. */
const TYPE_BYTES = 'String'.length;

const attributeBytes = (attributes: QueueAttributes): number =>
  Object.entries(attributes).reduce(
    (total, [name, value]) => total + textBytes(name) + textBytes(value) + TYPE_BYTES,
    0,
  );

const bytesOf = (messages: readonly Message[]): number =>
  messages.reduce((total, { body, attributes = {} }) => total + textBytes(body) + attributeBytes(attributes), 0);
