import { connect, createServer, type Socket } from 'node:net';
import type { Clock, Random } from '@verifiedfan/ports';
import { SandboxError } from '../errors.ts';
import { rewriteBroker } from './broker-addresses.ts';
import { createControls, type FaultControls } from './controls.ts';
import { createDoor } from './listening.ts';
import { checkFault, TCP_FAULT_KINDS, type TcpFault } from './proxy-faults.ts';
import { createSwitchboard, delayOf } from './switchboard.ts';

export type TcpFaultProxyOptions = {
  /** The server behind it. */
  target: { host?: string | undefined; port: number };
  /** Whether it is a broker of Kafka, which tells its clients where it listens: they are told the proxy's port. @default false */
  isBroker?: boolean | undefined;
  /** Delays run on it. */
  clock: Clock;
  /** Decides which pieces are struck. */
  random: Random;
};

/** In `counts`, `requests` are the pieces that clients sent, as they came in: usually one for each command or batch of commands. */
export type TcpFaultProxy = FaultControls<TcpFault> & {
  /** Port 0 takes a free one. Resolves with the port, on 127.0.0.1. */
  listen(options?: { port?: number | undefined }): Promise<number>;
  readonly port: number;
  close(): Promise<void>;
};

/** A connection of a client and the one to the server that belongs to it; either end takes the other along. */
type Pair = {
  client: Socket;
  server: Socket;
  /** Bytes of the server's answer that still pass before the connection breaks; undefined when it stays whole. */
  passing: number | undefined;
};

const breakPair = ({ client, server }: Pair): void => {
  client.resetAndDestroy();
  server.destroy();
};

/** What the server says goes to the client until an answer is to be cut. */
const passAnswer = (pair: Pair, piece: Buffer): void => {
  const { client, passing } = pair;
  if (passing === undefined) {
    client.write(piece);
    return;
  }
  if (passing === 0) {
    breakPair(pair);
    return;
  }
  pair.passing = Math.max(0, passing - piece.length);
  const isLast = pair.passing === 0;
  client.write(piece.subarray(0, passing), () => {
    if (isLast) breakPair(pair);
  });
};

/** A proxy for any protocol on TCP, with faults that strike what clients send or what they are answered. */
export const createTcpFaultProxy = ({
  target,
  isBroker = false,
  clock,
  random,
}: TcpFaultProxyOptions): TcpFaultProxy => {
  const { host = '127.0.0.1', port } = target;
  if (!Number.isSafeInteger(port) || port < 1 || port > 65_535) {
    throw new SandboxError('invalid_option', '"target.port" of a fault proxy is a port');
  }
  const board = createSwitchboard<TcpFault>(random);
  const closing = new AbortController();

  const passRequest = async (pair: Pair, piece: Buffer): Promise<void> => {
    const struck = board.draw(undefined, ({ contains }) => contains === undefined || piece.includes(contains));
    for (const fault of struck) if (fault.kind === 'latency') await clock.sleep(delayOf(fault, random), closing.signal);
    const fault = struck.find(({ kind }) => kind !== 'latency');
    if (fault?.kind === 'cut-request') {
      const bytes = fault.afterBytes ?? Math.floor(piece.length / 2);
      pair.server.write(piece.subarray(0, bytes), () => breakPair(pair));
      return;
    }
    if (fault?.kind === 'lose-answer') pair.passing = 0;
    // Without a number one byte passes: an answer has begun, and no protocol's answer is that short.
    if (fault?.kind === 'cut-answer') pair.passing = fault.afterBytes ?? 1;
    pair.server.write(piece);
  };

  const server = createServer({ noDelay: true }, (client) => {
    const pair: Pair = { client, server: connect({ host, port, noDelay: true }), passing: undefined };
    let turn = Promise.resolve();
    // One after the other: a delayed piece holds up those behind it.
    client.on('data', (piece: Buffer) => {
      client.pause();
      turn = turn.then(() => passRequest(pair, piece)).finally(() => client.resume());
    });
    pair.server.on('data', (piece: Buffer) => {
      passAnswer(pair, isBroker ? rewriteBroker(piece, { host, from: port, to: door.port }) : piece);
    });
    client.once('end', () => turn.then(() => pair.server.end()));
    pair.server.once('end', () => client.end());
    for (const socket of [client, pair.server]) {
      socket.once('error', () => breakPair(pair));
      socket.once('close', () => {
        // What has come in already still goes out.
        client.destroySoon();
        pair.server.destroySoon();
      });
    }
  });
  const door = createDoor(server);

  const check = (fault: TcpFault): void => checkFault(fault, TCP_FAULT_KINDS, 'contains');

  return {
    ...createControls({ board, door, check }),
    listen: door.listen,
    get port() {
      return door.port;
    },
    async close() {
      closing.abort();
      await door.close();
    },
  };
};
