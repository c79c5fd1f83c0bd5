/**
 * Runs `load` when its value is first asked for, once. The SDK's clients are imported this way: each costs tens of milliseconds of start-up,
 * and a process that imports this package uses two or three of them.
 */
export const lazily = <Value>(load: () => Promise<Value>): (() => Promise<Value>) => {
  let loading: Promise<Value> | undefined;
  return () => {
    loading ??= load();
    return loading;
  };
};
