import { createConnection } from 'node:net';
import type { CommandIo } from '../output/io.ts';
import { createFrameReader, encodeFrame, type Frame, type RemoteCommand } from './frames.ts';
import { isOwnSocket, socketPath } from './socket-path.ts';

/** The owner took the command and died, or was ended, before it was done. */
export class OwnerGoneError extends Error {
  override readonly name = 'OwnerGoneError';
  readonly code = 'owner_gone';
  readonly retryable = true;
}

/**
 * Hands a command to the process that owns the data directory and prints what it answers; resolves with its exit code, or with
 * undefined when nobody listens there or the owner was just stopping: then nothing was done. Throws `OwnerGoneError`.
 */
export const handToOwner = (
  dataDirectory: string,
  command: RemoteCommand,
  io: CommandIo,
): Promise<number | undefined> => {
  const path = socketPath(dataDirectory);
  if (!isOwnSocket(path)) return Promise.resolve(undefined);
  return new Promise((done, fail) => {
    let begun = false;
    let code: number | undefined;
    const socket = createConnection(path, () => socket.write(encodeFrame(command)));
    const stop = (): void => void (socket.writable && socket.write(encodeFrame({ stop: true })));
    const read = createFrameReader<Frame>((frame) => {
      if ('begun' in frame) begun = true;
      else if ('out' in frame) io.out(frame.out);
      else if ('error' in frame) io.error(frame.error);
      else code = frame.exit;
    });
    socket.on('data', (bytes) => {
      try {
        read(bytes);
      } catch (cause) {
        socket.destroy(
          new OwnerGoneError('the process that owns the data directory answers in another language', { cause }),
        );
      }
    });
    socket.on('error', (error) => {
      if (error instanceof OwnerGoneError) fail(error);
    });
    socket.on('close', () => {
      io.signal.removeEventListener('abort', stop);
      if (code !== undefined || !begun) done(code);
      else
        fail(
          new OwnerGoneError(
            'the process that owns the data directory ended before the command was done; run it again',
          ),
        );
    });
    io.signal.addEventListener('abort', stop, { once: true });
  });
};

/** Whether the owner of the data directory takes commands: a running `start`. */
export const ownerListens = (dataDirectory: string): Promise<boolean> => {
  const path = socketPath(dataDirectory);
  if (!isOwnSocket(path)) return Promise.resolve(false);
  return new Promise((done) => {
    const socket = createConnection(path, () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });
};
