/** Secrets by name. Values are never logged, never put into errors and never cached on disk in the clear by callers. */
export interface Secrets {
  /** The current value. Throws `PortError` with `not_found` for a name that does not exist. */
  get(name: string): Promise<string>;
}
