export type PollerRunsErrorOptions = { owner: string; tableName: string; leaseMs: number };

/** Another process polls the same stage. Two would move the same checkpoints, past each other. */
export class PollerRunsError extends Error {
  override readonly name = 'PollerRunsError';
  readonly code = 'stage_is_polled';
  /** By itself, once the other process has ended. */
  readonly retryable = true;
  constructor({ owner, tableName, leaseMs }: PollerRunsErrorOptions) {
    const seconds = Math.ceil(leaseMs / 1_000);
    super(
      `another process (${owner}) polls this stage and renews its lease in the table ${tableName}; two would move the same checkpoints. ` +
        `Stop that process and start again (one that was killed keeps its lease for up to ${seconds} s), send commands to it ` +
        'by its data directory, or name another stage with RESOURCE_PREFIX',
    );
  }
}
