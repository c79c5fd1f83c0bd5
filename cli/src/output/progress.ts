import type { Clock } from '@verifiedfan/ports';
import type { CommandIo } from './io.ts';

const BAR_WIDTH = 30;
const REDRAW_MS = 100;
const LINE_MS = 2_000;
/** To the start of the line, and nothing left on it. */
export const CLEAR_LINE = '\r\u001b[2K';

export type Progress = {
  /** So many are done now; drawn at most every 100 ms in a terminal, every 2 s elsewhere. */
  to(count: number): void;
  /** Leaves the last state standing. */
  end(): void;
};
export type ProgressOptions = {
  io: Pick<CommandIo, 'error' | 'interactive'>;
  clock: Clock;
  /** What is done to each, such as "scored". */
  label: string;
  /** How many there are; without it there is no share and no bar. */
  total?: number | undefined;
};

/** Progress of long work: a bar in a terminal, a plain line now and then elsewhere, on standard error either way. */
export const createProgress = ({ io, clock, label, total }: ProgressOptions): Progress => {
  const startedMs = clock.now();
  let done = 0;
  let drawnMs = Number.NEGATIVE_INFINITY;

  const text = (): string => {
    const seconds = Math.max(0.001, (clock.now() - startedMs) / 1_000);
    const rate = `${Math.round(done / seconds).toLocaleString('en')}/s`;
    if (!total) return `${label}  ${done.toLocaleString('en')}  ${rate}`;
    // A row that is delivered again is counted again, and more than all is never done.
    const share = Math.min(1, done / total);
    const filled = Math.round(share * BAR_WIDTH);
    const bar = io.interactive ? `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}  ` : '';
    return `${label}  ${bar}${Math.floor(share * 100)} %  ${done.toLocaleString('en')} of ${total.toLocaleString('en')}  ${rate}`;
  };

  return {
    to(count) {
      done = count;
      const now = clock.now();
      if (now - drawnMs < (io.interactive ? REDRAW_MS : LINE_MS)) return;
      drawnMs = now;
      io.error(io.interactive ? `${CLEAR_LINE}${text()}` : `${text()}\n`);
    },
    end() {
      if (io.interactive && drawnMs !== Number.NEGATIVE_INFINITY) io.error(`${CLEAR_LINE}${text()}\n`);
    },
  };
};
