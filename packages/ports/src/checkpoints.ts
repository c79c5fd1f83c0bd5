/**
 * How far a consumer has come, and other small facts that must survive a crash. Durable before `set` resolves (against the death of the
 * process; a machine's power failure may lose the last moment, after which records are delivered again).
 */
export interface Checkpoints {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  list(prefix: string): Promise<{ key: string; value: string }[]>;
}
