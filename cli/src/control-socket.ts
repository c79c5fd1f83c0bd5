import { createHash } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { CommandIo } from './io.ts';

/** A command line as it travels to the process that owns the data directory. */
export type RemoteCommand = { argv: string[]; directory: string; interactive: boolean };
type Frame = { out: string } | { error: string } | { exit: number };

/** The longest path that a Unix socket takes is about 100 characters (sun_path); longer ones move to a short hashed path. */
const MAX_SOCKET_PATH = 100;

export const socketPath = (dataDirectory: string): string => {
  const path = join(resolve(dataDirectory), 'control.sock');
  if (path.length <= MAX_SOCKET_PATH) return path;
  return join(tmpdir(), `verifiedfan-${createHash('sha256').update(path).digest('hex').slice(0, 16)}.sock`);
};

/** Takes commands for the estate of this process, from its own user alone. */
export const serveCommands = async (
  dataDirectory: string,
  run: (command: RemoteCommand, io: CommandIo) => Promise<number>,
): Promise<{ close(): Promise<void> }> => {
  const path = socketPath(dataDirectory);
  // This process owns the directory, so a socket that is there was left behind.
  rmSync(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    void answer(socket, run);
  });
  await new Promise<void>((done, fail) => server.once('error', fail).listen(path, done));
  chmodSync(path, 0o600);
  return {
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      for (const socket of sockets) socket.destroy();
      await closed;
      rmSync(path, { force: true });
    },
  };
};

const answer = async (
  socket: Socket,
  run: (command: RemoteCommand, io: CommandIo) => Promise<number>,
): Promise<void> => {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  const send = (frame: Frame): void => void (socket.writable && socket.write(`${JSON.stringify(frame)}\n`));
  const line = await firstLine(socket);
  if (line === undefined) return;
  const command = JSON.parse(line) as RemoteCommand;
  const { interactive, directory } = command;
  const io: CommandIo = {
    out: (out) => send({ out }),
    error: (error) => send({ error }),
    interactive,
    directory,
    signal: gone.signal,
  };
  send({ exit: await run(command, io) });
  socket.end();
};

/** The first line that arrives; undefined when the other side hangs up before, which readline would throw where nobody can catch it. */
const firstLine = (socket: Socket): Promise<string | undefined> =>
  new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
    socket.once('close', () => resolve(undefined));
  });

/** Hands a command to the owner; resolves with its exit code, or undefined when nobody listens. */
export const handToOwner = (
  dataDirectory: string,
  command: RemoteCommand,
  io: CommandIo,
): Promise<number | undefined> =>
  new Promise((done) => {
    const socket = createConnection(socketPath(dataDirectory));
    let code: number | undefined;
    socket.once('error', () => done(undefined));
    socket.once('connect', () => socket.write(`${JSON.stringify(command)}\n`));
    io.signal.addEventListener('abort', () => socket.destroy(), { once: true });
    const lines = createInterface({ input: socket });
    lines.on('line', (line) => {
      const frame = JSON.parse(line) as Frame;
      if ('out' in frame) io.out(frame.out);
      else if ('error' in frame) io.error(frame.error);
      else code = frame.exit;
    });
    lines.on('error', () => done(code));
    lines.on('close', () => done(code));
  });
