import { createHash } from 'node:crypto';

/** The region and account of all made-up ARNs. */
export const REGION = 'eu-west-1';
export const ACCOUNT = '111122223333';

/** What a builder takes as a payload: text and bytes as they are, everything else as JSON. */
export type Payload = unknown;

export const toText = (payload: Payload): string => (typeof payload === 'string' ? payload : JSON.stringify(payload));

export const toBase64 = (payload: Payload): string =>
  Buffer.from(payload instanceof Uint8Array ? payload : toText(payload)).toString('base64');

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** A UUID that is a function of its text, so that equal inputs build equal events. */
export const uuidOf = (text: string): string =>
  md5(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** ISO 8601 without milliseconds, as EventBridge, tumbling windows and failure records write it. */
export const isoSeconds = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}Z`;

export type TumblingWindow = {
  /** Start and end of the window, in milliseconds. */
  startMs: number;
  endMs: number;
  /** What the function returned for the window so far. @default {} */
  state?: Record<string, unknown>;
  isFinalInvokeForWindow?: boolean;
  isWindowTerminatedEarly?: boolean;
};

/** The members that a source with a tumbling window adds at the top of the event; without a window there are none. */
export const windowMembers = (window: TumblingWindow | undefined, shardId: string, eventSourceARN: string) =>
  window === undefined
    ? {}
    : {
        window: { start: isoSeconds(window.startMs), end: isoSeconds(window.endMs) },
        state: window.state ?? {},
        shardId,
        eventSourceARN,
        isFinalInvokeForWindow: window.isFinalInvokeForWindow ?? false,
        isWindowTerminatedEarly: window.isWindowTerminatedEarly ?? false,
      };
