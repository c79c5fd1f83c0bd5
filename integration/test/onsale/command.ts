import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../../cli/bin/verifiedfan.js', import.meta.url));

export type Place = { directory: string; env?: Readonly<Record<string, string>> };
export type Ended = { code: number | null; out: string; err: string };

const launch = (
  argv: readonly string[],
  { directory, env = {} }: Place,
): { child: ChildProcess; ended: Promise<Ended> } => {
  const child = spawn(process.execPath, [COMMAND, ...argv], {
    cwd: directory,
    env: { ...process.env, LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    child.emit('printed', out);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = once(child, 'close').then(([code]: (number | null)[]) => ({ code: code ?? null, out, err }));
  return { child, ended };
};

/** Runs one command to its end, whatever that is. */
export const runToEnd = (argv: readonly string[], place: Place): Promise<Ended> => launch(argv, place).ended;

/** Runs one command to its end; throws with what it printed unless it ends with 0. */
export const runCommand = async (argv: readonly string[], place: Place): Promise<string> => {
  const { code, out, err } = await runToEnd(argv, place);
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}:\n${out}\n${err}`);
  return out;
};

/** Starts an estate that serves until it is killed. Throws with what it printed when it ends before it serves. */
export const startEstate = async (argv: readonly string[], place: Place) => {
  const { child, ended } = launch([...(await startArguments()), ...argv], place);
  const serving = new Promise<string>((done) => {
    child.on('printed', (out: string) => {
      if (out.includes('Serving')) done(out);
    });
  });
  const early = await Promise.race([serving, ended]);
  if (typeof early !== 'string') throw new Error(`start ended with ${early.code}:\n${early.out}\n${early.err}`);
  return {
    ended,
    /** What it has printed when it began to serve, with its addresses. */
    printed: await serving,
    /** Ends it, at once with SIGKILL, and waits until it is gone. */
    async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
      child.kill(signal);
      return ended;
    },
  };
};

/** A start without its sample, on ports that are free now. */
export const startArguments = async (): Promise<string[]> => [
  'start',
  '--no-sample',
  '--port',
  String(await freePorts()),
];

/** What `start` takes, in a row. */
const PORTS = 4;

/** The first of some ports in a row that are free now. */
const freePorts = async (): Promise<number> => {
  const first = await listenFor(0);
  const { port } = first.address() as AddressInfo;
  const others = await Promise.allSettled(Array.from({ length: PORTS - 1 }, (_, at) => listenFor(port + 1 + at)));
  const servers = [first, ...others.flatMap((other) => (other.status === 'fulfilled' ? [other.value] : []))];
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return servers.length === PORTS ? port : freePorts();
};

const listenFor = async (port: number): Promise<Server> => {
  if (port > 65_535) throw new RangeError('beyond the last port');
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
};
