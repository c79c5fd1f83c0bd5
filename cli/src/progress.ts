import type { Clock } from '@verifiedfan/ports';
import type { CommandIo } from './io.ts';

const BAR_WIDTH = 30;
const REDRAW_MS = 100;
const LINE_MS = 2_000;

/** Progress of long work: a bar in a terminal, a plain line every two seconds elsewhere, on standard error either way. */
export const createProgress = ({
  io,
  clock,
  label,
  total,
}: {
  io: CommandIo;
  clock: Clock;
  label: string;
  total?: number;
}) => {
  const startedMs = clock.now();
  let done = 0;
  let drawnMs = 0;
  let drawn = false;

  const text = (): string => {
    const seconds = Math.max(0.001, (clock.now() - startedMs) / 1_000);
    const rate = `${Math.round(done / seconds).toLocaleString('en')}/s`;
    if (total === undefined || total === 0) return `${label}  ${done.toLocaleString('en')}  ${rate}`;
    const share = Math.min(1, done / total);
    const filled = Math.round(share * BAR_WIDTH);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
    return `${label}  ${io.interactive ? `${bar}  ` : ''}${Math.floor(share * 100)} %  ${done.toLocaleString('en')} of ${total.toLocaleString('en')}  ${rate}`;
  };

  return {
    to(count: number): void {
      done = count;
      const now = clock.now();
      if (now - drawnMs < (io.interactive ? REDRAW_MS : LINE_MS)) return;
      drawnMs = now;
      drawn = true;
      io.error(io.interactive ? `\r\u001b[2K${text()}` : `${text()}\n`);
    },
    /** Leaves the last state standing. */
    end(): void {
      if (io.interactive && drawn) io.error(`\r\u001b[2K${text()}\n`);
    },
  };
};
