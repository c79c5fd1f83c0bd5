import type { Flags } from '@verifiedfan/ports';

export type SwitchableFlags = Flags & { set(flag: string, on: boolean): void };

/** Flags in memory that a test switches, in place of a file that is watched. */
export const createSwitchableFlags = (): SwitchableFlags => {
  const flags = new Map<string, boolean>();
  const listeners = new Set<(flags: readonly string[]) => void>();
  return {
    isEnabled: (flag, fallback) => flags.get(flag) ?? fallback,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    set(flag, on) {
      flags.set(flag, on);
      for (const listener of [...listeners]) listener([flag]);
    },
  };
};
