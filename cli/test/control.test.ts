import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { createGate, failOnLeaks, temporaryDirectory } from '@verifiedfan/test-utils';
import { handToOwner, ownerListens } from '../src/control/hand-over.ts';
import { type RunRemote, serveCommands } from '../src/control/serve-commands.ts';
import { socketPath } from '../src/control/socket-path.ts';
import type { CommandIo } from '../src/output/io.ts';

const createIo = (signal = new AbortController().signal) => {
  const texts: string[] = [];
  const io: CommandIo = {
    out: (text) => void texts.push(`out ${text}`),
    error: (text) => void texts.push(`error ${text}`),
    drained: async () => {},
    interactive: false,
    directory: '/',
    signal,
  };
  return { io, texts };
};

const COMMAND = { argv: ['counts', 'tour'], directory: '/', interactive: false };
const connect = async (directory: string): Promise<Socket> => {
  const socket = createConnection(socketPath(directory));
  await once(socket, 'connect');
  return socket;
};

describe('commands over the socket of an owner', () => {
  it('travel with their words and folder, and what they print comes back in order, whatever characters it has', async (test) => {
    failOnLeaks(test);
    const { path } = temporaryDirectory(test);
    const text = 'a\u2028b\u0000c\r\n"é𝄞"\n'.repeat(3_000);
    const run: RunRemote = async ({ argv, directory, interactive }, { out, error }) => {
      out(text);
      error(JSON.stringify({ argv, directory, interactive }));
      return 7;
    };
    const served = await serveCommands(path, run);
    const { io, texts } = createIo();
    const argv = ['invoke', 'ünïcode\n"', '--event', ''];
    assert.equal(await handToOwner(path, { argv, directory: '/tmp/ä', interactive: true }, io), 7);
    assert.equal(texts[0], `out ${text}`);
    assert.deepEqual(JSON.parse(texts[1]?.slice(6) ?? ''), { argv, directory: '/tmp/ä', interactive: true });
    await served.close();
    assert.equal(await handToOwner(path, COMMAND, io), undefined, 'nobody listens any more');
  });

  it('are asked to stop when their caller stops, or is gone', async (test) => {
    failOnLeaks(test);
    const { path } = temporaryDirectory(test);
    const begun = createGate();
    const stopped = createGate();
    const served = await serveCommands(path, async (_command, { signal }) => {
      begun.open();
      await once(signal, 'abort');
      stopped.open();
      return 1;
    });
    const stopping = new AbortController();
    const handed = handToOwner(path, COMMAND, createIo(stopping.signal).io);
    await begun.wait();
    stopping.abort();
    assert.equal(await handed, 1);
    assert.ok(stopped.opened);
    const socket = await connect(path);
    socket.write(`${JSON.stringify(COMMAND)}\n`);
    await once(socket, 'data');
    socket.destroy();
    await served.close();
  });

  it('an owner who closes lets what has begun say how it ended', async (test) => {
    failOnLeaks(test);
    const { path } = temporaryDirectory(test);
    const begun = createGate();
    const served = await serveCommands(path, async (_command, { signal, out }) => {
      begun.open();
      await once(signal, 'abort');
      out('interrupted');
      return 1;
    });
    const { io, texts } = createIo();
    const handed = handToOwner(path, COMMAND, io);
    await begun.wait();
    await served.close();
    assert.equal(await handed, 1);
    assert.deepEqual(texts, ['out interrupted']);
  });

  it('a caller who is connected and says nothing does not hold up an owner who closes', async (test) => {
    failOnLeaks(test);
    const { path } = temporaryDirectory(test);
    const served = await serveCommands(path, () => assert.fail('nothing was asked'));
    const idle = await connect(path);
    const closed = once(idle.resume(), 'close');
    await served.close();
    await closed;
  });

  it('a command that arrives while the owner closes is not begun, so that its caller can wait', async (test) => {
    failOnLeaks(test);
    const { path } = temporaryDirectory(test);
    let asked = 0;
    const served = await serveCommands(path, async () => {
      asked += 1;
      return 0;
    });
    const late = await connect(path);
    const closed = new Promise((done) => late.on('error', () => {}).on('close', done));
    const closing = served.close();
    late.resume().write(`${JSON.stringify(COMMAND)}\n`);
    await Promise.all([closed, closing]);
    assert.equal(asked, 0);
  });

  it('a caller is told when the owner dies under a command, and when what listens is no owner', async (test) => {
    failOnLeaks(test);
    const { path } = temporaryDirectory(test);
    for (const answer of ['{"begun":true}\n', 'HTTP/1.1 400 Bad Request\r\n\r\n']) {
      const server = createServer(
        (socket) =>
          void socket
            .on('error', () => {})
            .resume()
            .end(answer),
      ).listen(socketPath(path));
      await once(server, 'listening');
      assert.equal(await ownerListens(path), true);
      await assert.rejects(handToOwner(path, COMMAND, createIo().io), { code: 'owner_gone' });
      await new Promise((done) => server.close(done));
    }
  });

  it('a file in the place of the socket is nobody who listens, and is replaced by the next owner', async (test) => {
    failOnLeaks(test);
    const { path } = temporaryDirectory(test);
    writeFileSync(socketPath(path), '');
    assert.equal(await ownerListens(path), false);
    assert.equal(await handToOwner(path, COMMAND, createIo().io), undefined);
    const served = await serveCommands(path, async () => 0);
    assert.equal(await handToOwner(path, COMMAND, createIo().io), 0);
    await served.close();
  });
});
