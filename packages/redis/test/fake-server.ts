import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** RESP to send, or what else happens: the connection ends, or nothing is said. */
export type Answer = string | 'drop' | 'silence';

const HELLO = '%3\r\n$6\r\nserver\r\n$5\r\nredis\r\n$5\r\nproto\r\n:3\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n';

/** Takes whole commands (arrays of texts) off the front of what has come; answers what is left. */
const takeCommands = (pending: Buffer, take: (args: string[]) => void): Buffer => {
  let rest = pending;
  for (;;) {
    const head = /^\*(\d+)\r\n/.exec(rest.toString('latin1', 0, 32));
    if (!head) return rest;
    let at = head[0].length;
    const args: string[] = [];
    for (let index = 0; index < Number(head[1]); index += 1) {
      const length = /^\$(\d+)\r\n/.exec(rest.toString('latin1', at, at + 32));
      if (!length) return rest;
      at += length[0].length;
      if (rest.length < at + Number(length[1]) + 2) return rest;
      args.push(rest.toString('utf8', at, at + Number(length[1])));
      at += Number(length[1]) + 2;
    }
    take(args);
    rest = rest.subarray(at);
  }
};

/** A server that speaks Redis' protocol and answers as the test says. */
export const openFakeServer = async (
  answer: (args: readonly string[]) => Answer,
  { port = 0, greet = () => HELLO }: { port?: number; greet?: () => Answer } = {},
) => {
  const commands: string[][] = [];
  const sockets = new Set<Socket>();
  const reply = (socket: Socket, args: string[]): void => {
    const given = args[0] === 'HELLO' ? greet() : args[0] === 'CLIENT' ? '+OK\r\n' : answer(args);
    if (args[0] !== 'HELLO' && args[0] !== 'CLIENT') commands.push(args);
    if (given === 'drop') socket.destroy();
    else if (given !== 'silence') socket.write(given);
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    let pending: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      pending = takeCommands(Buffer.concat([pending, chunk]), (args) => reply(socket, args));
    });
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const used = (server.address() as AddressInfo).port;
  return {
    url: `redis://127.0.0.1:${used}`,
    port: used,
    /** Everything that it was asked, greetings aside. */
    commands,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
