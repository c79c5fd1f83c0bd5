import { setTimeout as sleep } from 'node:timers/promises';
import { main } from './main.ts';
import { explain } from './output/explain.ts';
import { BAD_OUTCOME, type CommandIo, DONE } from './output/io.ts';

/** `npm start` passes a Ctrl-C on to a process that the terminal has told already: two signals within this time are one. */
const SAME_SIGNAL_MS = 300;
/** A shell's exit codes for a process that a signal has ended. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Runs the process's own command line on its own terminal. The first signal asks to stop, a second one ends at once. */
export const runInTerminal = async (): Promise<void> => {
  const stopping = new AbortController();
  stopOnSignals(stopping);
  // The stores outlive a sudden end, so one that nobody foresaw is told and left to the next start.
  process.on('unhandledRejection', (error) => {
    process.stderr.write(`error: ${explain(error)}\n`);
    process.exit(BAD_OUTCOME);
  });
  const { io, readerLeft } = createTerminalIo(stopping);
  const code = await main(process.argv.slice(2), io);
  process.exitCode = readerLeft() ? DONE : code;
};

const stopOnSignals = (stopping: AbortController): void => {
  let certain = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (certain) process.exit(EXIT_CODES[signal]);
      if (stopping.signal.aborted) return;
      stopping.abort();
      void sleep(SAME_SIGNAL_MS, undefined, { ref: false }).then(() => {
        certain = true;
      });
    });
  }
};

/** Standard output and error. A reader that has seen enough (`| head`) closes the pipe: that stops the command and is no error. */
const createTerminalIo = (stopping: AbortController): { io: CommandIo; readerLeft: () => boolean } => {
  const { stdout, stderr } = process;
  let left = false;
  stdout.on('error', () => {
    left = true;
    stopping.abort();
  });
  stderr.on('error', () => {});
  const io: CommandIo = {
    out: (text) => void (left || stdout.write(text)),
    error: (text) => void (left || stderr.write(text)),
    drained: () =>
      new Promise((done) => {
        if (left || !stdout.writableNeedDrain) return done();
        stdout.once('drain', done).once('error', () => done());
      }),
    interactive: stderr.isTTY === true,
    directory: process.cwd(),
    signal: stopping.signal,
  };
  return { io, readerLeft: () => left };
};
