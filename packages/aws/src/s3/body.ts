import { Readable } from 'node:stream';
import type { Clock } from '@verifiedfan/ports';
import { PortError } from '@verifiedfan/ports';

export type GuardBodyOptions = {
  /** The object store's name in errors. */
  resource: string;
  /** How long a reader waits for the next bytes before the connection counts as lost, in milliseconds. */
  stallMs: number;
  clock: Clock;
};

const interrupted = (resource: string, cause: unknown): PortError =>
  new PortError({
    code: 'unavailable',
    message: 'the body of an object was cut off or damaged on its way',
    resource,
    cause,
  });

/**
 * The body of an answer as callers get it: whatever interrupts it is `unavailable`, a connection that falls silent included, and destroying
 * it closes the connection at once. The SDK's own time limits end with the head of an answer, and a body that nobody reads would keep one
 * of its sockets for ever.
 */
export const guardBody = (source: Readable, { resource, stallMs, clock }: GuardBodyOptions): Readable => {
  let waiting: AbortController | undefined;
  const arrived = (): void => {
    waiting?.abort();
    waiting = undefined;
  };
  const waitForBytes = (): void => {
    if (waiting !== undefined) return;
    const wait = new AbortController();
    waiting = wait;
    void clock.sleep(stallMs, wait.signal).then(() => {
      if (!wait.signal.aborted) body.destroy(interrupted(resource, new Error(`no bytes for ${stallMs} ms`)));
    });
  };
  const body = new Readable({
    read() {
      waitForBytes();
      source.resume();
    },
    destroy(error, done) {
      arrived();
      source.destroy();
      done(error);
    },
  });
  source.pause();
  source.on('data', (chunk: Uint8Array) => {
    arrived();
    if (!body.push(chunk)) source.pause();
  });
  source.on('end', () => {
    arrived();
    body.push(null);
  });
  source.on('error', (error) => body.destroy(interrupted(resource, error)));
  source.on('close', () => {
    if (!source.readableEnded) body.destroy(interrupted(resource, new Error('closed before its end')));
  });
  return body;
};
