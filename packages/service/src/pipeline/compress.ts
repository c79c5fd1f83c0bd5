import compress from 'koa-compress';
import type { Context, Step } from '../exchange.ts';
import { giveToKoa } from './send.ts';

export type CompressLargeOptions = {
  /** Smallest answer that is worth compressing, in bytes. @default 1_024 */
  thresholdBytes?: number;
};

const LOOPBACK: ReadonlySet<string | undefined> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

const nothing = async (): Promise<void> => {};

/**
 * koa-compress 5 breaks on a client that takes no encoding at all, not even none (`*;q=0`), with its header half set. A server may pass over what it
 * cannot serve: https://www.rfc-editor.org/rfc/rfc9110.html#section-12.4.1
 */
const sendPlain = (context: Context, bytes: number): void => {
  context.remove('content-encoding');
  context.length = bytes;
};

/**
 * Compresses answers as the client accepts it. Small answers, and answers to this machine (where the network costs less than the
 * compression), skip the negotiation: it would be the largest part of a small answer's cost.
 */
export const compressLarge = ({ thresholdBytes = 1_024 }: CompressLargeOptions = {}): Step => {
  const negotiate = compress({ threshold: thresholdBytes, defaultEncoding: 'identity' }) as unknown as (
    context: Context,
    next: () => Promise<void>,
  ) => Promise<void>;
  const forwarded = (context: Context): boolean => context.get('x-forwarded-for') !== '';
  return (context) => {
    const bytes = context.state.exchange.ready?.bytes ?? context.length ?? 0;
    if (bytes < thresholdBytes) return undefined;
    if (LOOPBACK.has(context.req.socket.remoteAddress) && !forwarded(context)) return undefined;
    giveToKoa(context);
    return negotiate(context, nothing).catch(() => sendPlain(context, bytes));
  };
};
