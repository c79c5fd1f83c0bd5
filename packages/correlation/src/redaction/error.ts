/** What is shown of an error. Other fields are not: clients put requests, responses and keys there. */
export type ErrorShape = {
  name: string;
  message: string;
  code?: string | number;
  status?: number;
  retryable?: boolean;
  stack?: string;
  cause?: unknown;
  errors?: unknown[];
};

// Deeper causes and further members of an AggregateError are cut by the caller's own bounds.
const MAX_STACK_LINES = 20;

export const isError = (value: unknown): value is Error => {
  try {
    return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
  } catch {
    return false; // A proxy may throw on anything.
  }
};

/** Reads an error without judging it: the text still has to be masked. A field that cannot be read is left out. */
export const readError = (error: Error): ErrorShape => {
  const field = (name: string): unknown => {
    try {
      return (error as unknown as Record<string, unknown>)[name];
    } catch {
      return undefined;
    }
  };
  const [code, status, retryable, stack, cause] = ['code', 'status', 'retryable', 'stack', 'cause'].map(field);
  const errors = field('errors');
  return {
    name: text(field('name')) ?? 'Error',
    message: text(field('message')) ?? '',
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof retryable === 'boolean' ? { retryable } : {}),
    ...(typeof stack === 'string' ? { stack: stack.split('\n', MAX_STACK_LINES).join('\n') } : {}),
    ...(cause === undefined ? {} : { cause }),
    ...(Array.isArray(errors) ? { errors } : {}),
  };
};

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
