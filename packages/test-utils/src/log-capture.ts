/** A destination for logs that keeps what was written. It has the `write` that loggers ask of a stream, and nothing else. */
export type LogCapture = {
  write(chunk: string | Uint8Array): boolean;
  /** Everything written so far. */
  text(): string;
  lines(): string[];
  /** Each line as a JSON object; throws for a line that is none. */
  records(): Record<string, unknown>[];
  clear(): void;
};

export const createLogCapture = (): LogCapture => {
  let chunks: string[] = [];
  const text = (): string => chunks.join('');
  const lines = (): string[] =>
    text()
      .split('\n')
      .filter((line) => line !== '');
  return {
    write(chunk) {
      chunks.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
      return true;
    },
    text,
    lines,
    records: () => lines().map((line) => JSON.parse(line) as Record<string, unknown>),
    clear() {
      chunks = [];
    },
  };
};
