import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { BSON } from 'mongodb';

export type Command = Record<string, unknown> & { $db: string };
/** What the server does with a command: answers it, ends the connection, or says nothing. */
export type Answer = Record<string, unknown> | 'drop' | 'silence';

const OP_MSG = 2013;
const HEADER_BYTES = 16;

const HELLO = {
  ok: 1,
  isWritablePrimary: true,
  helloOk: true,
  setName: 'test',
  setVersion: 1,
  minWireVersion: 0,
  maxWireVersion: 25,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  logicalSessionTimeoutMinutes: 30,
};

/** Puts the sequences of documents that a message may carry beside its command into the command. */
const readCommand = (message: Buffer): Command => {
  const command: Record<string, unknown> = {};
  let at = HEADER_BYTES + 4;
  while (at < message.length) {
    const kind = message.readUInt8(at);
    const size = message.readInt32LE(at + 1);
    const section = message.subarray(at + 1, at + 1 + size);
    if (kind === 0) Object.assign(command, BSON.deserialize(section));
    else {
      const nameEnd = section.indexOf(0, 4);
      const documents: unknown[] = [];
      for (let start = nameEnd + 1; start < section.length; start += section.readInt32LE(start)) {
        documents.push(BSON.deserialize(section.subarray(start, start + section.readInt32LE(start))));
      }
      command[section.toString('utf8', 4, nameEnd)] = documents;
    }
    at += 1 + size;
  }
  return command as Command;
};

const writeAnswer = (document: Record<string, unknown>, to: number): Buffer => {
  const body = BSON.serialize(document);
  const head = Buffer.alloc(HEADER_BYTES + 5);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(to, 8);
  head.writeInt32LE(OP_MSG, 12);
  return Buffer.concat([head, body]);
};

/** A server that speaks MongoDB's protocol and answers as the test says; greetings are answered as those of a replica set of one. */
export const openFakeServer = async (answer: (name: string, command: Command) => Answer) => {
  const commands: { name: string; command: Command }[] = [];
  const sockets = new Set<Socket>();
  let me = '';

  const reply = (socket: Socket, message: Buffer): void => {
    const isMessage = message.readInt32LE(12) === OP_MSG;
    const command = isMessage ? readCommand(message) : ({ hello: 1, $db: 'admin' } as Command);
    const name = Object.keys(command)[0] ?? '';
    if (name === 'hello' || name === 'ismaster') {
      // The first greeting of a connection comes in an older form; the driver understands this answer to it too.
      const greeting = { ...HELLO, hosts: [me], primary: me, me };
      socket.write(
        isMessage ? writeAnswer(greeting, message.readInt32LE(4)) : oldAnswer(greeting, message.readInt32LE(4)),
      );
      return;
    }
    if (name === 'endSessions') {
      socket.write(writeAnswer({ ok: 1 }, message.readInt32LE(4)));
      return;
    }
    commands.push({ name, command });
    const given = answer(name, command);
    if (given === 'drop') socket.destroy();
    else if (given !== 'silence') socket.write(writeAnswer({ ok: 1, ...given }, message.readInt32LE(4)));
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 4 && pending.length >= pending.readInt32LE(0)) {
        const message = pending.subarray(0, pending.readInt32LE(0));
        pending = pending.subarray(message.length);
        reply(socket, message);
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  me = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    uri: `mongodb://${me}/?replicaSet=test`,
    /** Everything that it was asked, greetings aside. */
    commands,
    named: (name: string) => commands.filter((one) => one.name === name).map(({ command }) => command),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

/** OP_REPLY, the answer to OP_QUERY. */
const oldAnswer = (document: Record<string, unknown>, to: number): Buffer => {
  const body = BSON.serialize(document);
  const head = Buffer.alloc(36);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(to, 8);
  head.writeInt32LE(1, 12);
  head.writeInt32LE(8, 16);
  head.writeInt32LE(1, 32);
  return Buffer.concat([head, body]);
};
