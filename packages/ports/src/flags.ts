/** Feature flags. They start from a bootstrap file, so an unreachable flag server never switches anything off. */
export interface Flags {
  /** Whether the flag is on; an unknown flag answers `fallback`. */
  isEnabled(flag: string, fallback: boolean): boolean;
  /** Calls `listener` after a change, with the flags that changed; returns how to stop listening. */
  onChange(listener: (flags: readonly string[]) => void): () => void;
}
