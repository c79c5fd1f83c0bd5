import { createHash } from 'node:crypto';

const ID_LENGTH = 32;
const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, ID_LENGTH);

/** The id of a dead letter: the same record rejected again by the same worker has the same id, so it is kept once. */
export const deadLetterId = ({ worker, position }: { worker: string; position: string }): string =>
  digest(`${worker}\n${position}`);

/**
 * The id of a published event, 32 hexadecimal digits: the same version of the same thing always has the same id, whoever publishes it
 * and however often, so that receivers can drop what they have seen.
 * @param key What the event is about, such as `['campaign', id]`. Parts are kept apart: `['a', 'b']` is not `['ab']`.
 */
export const eventId = (key: string | readonly string[], version: string | number): string =>
  digest(JSON.stringify([key, String(version)]));
