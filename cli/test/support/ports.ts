import { createServer } from 'node:net';

/** Below the range that systems give away to those who ask for any port, so that only servers with a fixed port can be there. */
const FIRST = 20_000;
const COUNT = 3_000;
const PORTS_OF_START = 4;

/** The first of four free ports in a row. Each process begins its search at another place, for test files run side by side. */
export const freePorts = async (): Promise<number> => {
  for (let attempt = 0; attempt < COUNT; attempt += 1) {
    const port = FIRST + ((process.pid + attempt + taken) % COUNT) * PORTS_OF_START;
    const row = Array.from({ length: PORTS_OF_START }, (_, at) => port + at);
    if (!(await Promise.all(row.map(isFree))).every((free) => free)) continue;
    taken += attempt + 1;
    return port;
  }
  throw new Error('no four ports in a row are free');
};

/** Rows that this process has given away: they may be about to be listened on. */
let taken = 0;

const isFree = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
