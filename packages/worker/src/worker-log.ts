/** The part of a log that workers use; `@verifiedfan/log` fits. */
export type WorkerLog = {
  debug(message: string, data?: object): void;
  info(message: string, data?: object): void;
  warn(message: string, data?: object): void;
  error(message: string, data?: object): void;
};
