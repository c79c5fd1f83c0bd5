import compress from 'koa-compress';
import type { Context, Step } from '../exchange.ts';
import { giveToKoa } from './send.ts';

export type CompressLargeOptions = {
  /** Smallest answer that is worth compressing, in bytes. @default 1_024 */
  thresholdBytes?: number;
};

const LOOPBACK: ReadonlySet<string | undefined> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

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
    return negotiate(context, async () => {});
  };
};
