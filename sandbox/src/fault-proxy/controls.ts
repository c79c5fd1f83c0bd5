import type { ProxyDoor } from './listening.ts';
import type { FaultCounts, Switchboard } from './switchboard.ts';

/** What a test does with a proxy while a driver talks to a server through it. */
export type FaultControls<Fault> = {
  /** Switches a fault on; throws `invalid_option`. The function that comes back switches it off. */
  add(fault: Fault): () => void;
  /** Switches all faults off. */
  clear(): void;
  /** What came in and what was struck since the start, or since `forgetCounts`. */
  counts(): FaultCounts;
  forgetCounts(): void;
  /** As when the server's process has ended: open connections are reset, new ones refused, until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
};

export type ControlsOptions<Fault extends { kind: string }> = {
  board: Switchboard<Fault>;
  door: ProxyDoor;
  /** Throws `invalid_option` for a fault that the proxy does not know. */
  check: (fault: Fault) => void;
};

export const createControls = <Fault extends { kind: string }>({
  board,
  door,
  check,
}: ControlsOptions<Fault>): FaultControls<Fault> => ({
  add(fault) {
    check(fault);
    return board.add(fault);
  },
  clear: board.clear,
  counts: board.counts,
  forgetCounts: board.forgetCounts,
  down: door.down,
  up: door.up,
});
