/** Settings that are missing or cannot be; all of them at once. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly code = 'settings';
  readonly retryable = false;
}

/** Reads values of the context, which are texts from a command line, or any JSON from cdk.json, and collects what is wrong with them. */
export type SettingReader = {
  /** Notes what is wrong; the message begins with the name of the setting. */
  fault(message: string): void;
  readonly faults: readonly string[];
  /** Undefined for a setting that is absent or empty. */
  text(name: string): string | undefined;
  /** A text that has to be there and to match; empty where it does not. */
  required(name: string, rule: { pattern: RegExp; what: string }): string;
  /** A whole number within bounds; undefined where it is absent or wrong. */
  number(name: string, bounds: { least: number; most: number }): number | undefined;
  /** A JSON object; undefined where it is absent, and where it is none, which is a fault. */
  object(name: string, what: string): Readonly<Record<string, unknown>> | undefined;
};

export const createSettingReader = (get: (name: string) => unknown): SettingReader => {
  const faults: string[] = [];
  const fault = (message: string): void => void faults.push(message);
  const text = (name: string): string | undefined => {
    const value = get(name);
    return value === undefined || value === '' ? undefined : String(value);
  };
  return {
    fault,
    faults,
    text,
    required(name, { pattern, what }) {
      const value = text(name);
      if (value === undefined) fault(`${name} is missing: ${what}`);
      else if (!pattern.test(value)) fault(`${name} must match ${pattern.source}`);
      return value ?? '';
    },
    number(name, { least, most }) {
      const value = text(name);
      if (value === undefined) return undefined;
      const isWithin = /^\d{1,6}$/.test(value) && Number(value) >= least && Number(value) <= most;
      if (!isWithin) fault(`${name} must be a whole number from ${least} to ${most}`);
      return isWithin ? Number(value) : undefined;
    },
    object(name, what) {
      const value = get(name);
      if (value === undefined || value === '') return undefined;
      const parsed = toObject(value);
      if (parsed === undefined) fault(`${name} must be a JSON object of ${what}`);
      return parsed;
    },
  };
};

const toObject = (value: unknown): Readonly<Record<string, unknown>> | undefined => {
  try {
    const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : value;
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    return isObject ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};
