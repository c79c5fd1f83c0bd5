import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { assertOptions } from '@verifiedfan/driver';
import { type Flags, PortError } from '@verifiedfan/ports';

export type FileFlagsOptions = {
  /** A JSON file: one object with flags by name, each true or false. A file that does not exist holds no flags. */
  location: string;
  /** Follow changes of the file. `reload` reads it again in any case. @default true */
  watchFile?: boolean;
  /** Told when a changed file cannot be used; the flags stay as they were. @default nobody is told */
  onInvalid?: (error: PortError) => void;
};

export type FileFlags = Flags & {
  /** Reads the file again and tells the listeners what changed. Throws `validation` when the file cannot be used. */
  reload(): void;
  close(): void;
};

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
const invalid = (cause?: unknown) =>
  new PortError({ code: 'validation', message: 'the flags file is not one JSON object of true and false', cause });

const readFlags = (location: string): Map<string, boolean> => {
  try {
    const parsed: unknown = JSON.parse(readFileSync(location, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw invalid();
    const flags = new Map<string, boolean>();
    for (const [flag, value] of Object.entries(parsed)) {
      if (typeof value !== 'boolean') throw invalid();
      flags.set(flag, value);
    }
    return flags;
  } catch (error) {
    if (isMissing(error)) return new Map();
    throw error instanceof PortError ? error : invalid(error);
  }
};

const changedFlags = (before: Map<string, boolean>, after: Map<string, boolean>): string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter((flag) => before.get(flag) !== after.get(flag)).sort();

// The folder is watched, not the file: editors replace a file by renaming another one over it, which ends a watch on the file.
const watchFolder = (location: string, changed: () => void): FSWatcher | undefined => {
  try {
    const watcher = watch(dirname(location), { persistent: false }, (_event, name) => {
      if (name === null || name === basename(location)) changed();
    });
    // A machine that is out of watches still runs; changes then need a restart or `reload`.
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
};

/** Feature flags from a bootstrap file. Throws `validation` when the file is there and cannot be used. */
export const openFileFlags = (options: FileFlagsOptions): FileFlags => {
  assertOptions(options, ['location', 'watchFile', 'onInvalid']);
  const { location, watchFile = true, onInvalid = () => {} } = options;
  const listeners = new Set<(flags: readonly string[]) => void>();
  let flags = readFlags(location);

  const reload = (): void => {
    const next = readFlags(location);
    const changed = changedFlags(flags, next);
    flags = next;
    if (changed.length > 0) for (const listener of [...listeners]) listener(changed);
  };
  const reloadQuietly = (): void => {
    try {
      reload();
    } catch (error) {
      // A file caught while it is being written is read again with the next event.
      if (error instanceof PortError) onInvalid(error);
      else throw error;
    }
  };
  const watcher = watchFile ? watchFolder(location, reloadQuietly) : undefined;

  return {
    isEnabled: (flag, fallback) => flags.get(flag) ?? fallback,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    reload,
    close() {
      watcher?.close();
      listeners.clear();
    },
  };
};
