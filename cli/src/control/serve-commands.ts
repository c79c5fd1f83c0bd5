import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { CommandIo } from '../output/io.ts';
import { createFrameReader, encodeFrame, type Frame, type RemoteCommand, type Request } from './frames.ts';
import { socketPath } from './socket-path.ts';

/** Runs a command line of another process; never rejects. */
export type RunRemote = (command: RemoteCommand, io: CommandIo) => Promise<number>;

/** Takes commands for the estate of this process, from its own user alone. The caller owns the data directory. */
export const serveCommands = async (dataDirectory: string, run: RunRemote): Promise<{ close(): Promise<void> }> => {
  const path = socketPath(dataDirectory);
  // This process owns the directory, so a socket that is there was left behind by one that was killed.
  rmSync(path, { force: true });
  const running = new Map<Socket, { stop: AbortController; ended: Promise<void> }>();
  const server = createServer((socket) => {
    const stop = new AbortController();
    const ended = answer(socket, stop, run).finally(() => {
      running.delete(socket);
      socket.destroySoon();
    });
    running.set(socket, { stop, ended });
  });
  await listenPrivately(server, path);
  return {
    /** Takes no more commands, asks those that run to stop, and lets them say so. */
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      for (const { stop } of running.values()) stop.abort();
      await Promise.all([...running.values()].map(({ ended }) => ended));
      await closed;
      rmSync(path, { force: true });
    },
  };
};

/** A socket is made with the rights that the process's mask leaves, so nobody else can connect even for a moment. */
const listenPrivately = (server: Server, path: string): Promise<void> =>
  new Promise((done, fail) => {
    server.once('error', fail).once('listening', done);
    const mask = process.umask(0o177);
    try {
      server.listen(path);
    } finally {
      process.umask(mask);
    }
  });

/** One connection, one command. A caller that is gone, or sends what is no command, ends its own command alone. */
const answer = async (socket: Socket, stop: AbortController, run: RunRemote): Promise<void> => {
  const command = await firstRequest(socket, stop);
  if (command === undefined || stop.signal.aborted) return;
  const send = (frame: Frame): void => {
    if (socket.writable) socket.write(encodeFrame(frame));
  };
  send({ begun: true });
  const { interactive, directory } = command;
  const exit = await run(command, {
    out: (out) => send({ out }),
    error: (error) => send({ error }),
    drained: () => drained(socket),
    interactive,
    directory,
    signal: stop.signal,
  });
  send({ exit });
};

/**
 * The command, or nothing when the caller left, or this process began to stop, before there was one: then nothing was begun, and the
 * caller may wait for the next owner. What comes later, its leaving included, asks to stop.
 */
const firstRequest = (socket: Socket, stop: AbortController): Promise<RemoteCommand | undefined> =>
  new Promise((done) => {
    stop.signal.addEventListener('abort', () => done(undefined), { once: true });
    const read = createFrameReader<Request>((request) => {
      if (isCommand(request)) done(request);
      else stop.abort();
    });
    socket.on('data', (bytes) => {
      try {
        read(bytes);
      } catch {
        socket.destroy();
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => stop.abort());
  });

const isCommand = (request: Request): request is RemoteCommand =>
  typeof request === 'object' &&
  request !== null &&
  'argv' in request &&
  Array.isArray(request.argv) &&
  request.argv.every((argument) => typeof argument === 'string') &&
  typeof request.directory === 'string';

const drained = (socket: Socket): Promise<void> =>
  new Promise((done) => {
    if (!socket.writableNeedDrain || socket.destroyed) return done();
    const finish = (): void => {
      socket.off('drain', finish).off('close', finish);
      done();
    };
    socket.on('drain', finish).on('close', finish);
  });
