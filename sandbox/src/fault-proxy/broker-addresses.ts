/** A host and its port as Kafka's protocol writes them one behind the other: https://kafka.apache.org/protocol#The_Messages_Metadata */
const placeOf = (host: string, port: number): Buffer => {
  const bytes = Buffer.alloc(Buffer.byteLength(host) + 4);
  bytes.write(host);
  bytes.writeInt32BE(port, bytes.length - 4);
  return bytes;
};

/**
 * Replaces the broker's own address in its answers, by which clients would go past the proxy. Both are equally long, so frames stay as they
 * are; an address that is torn over two pieces would be missed.
 */
export const rewriteBroker = (
  piece: Buffer,
  { host, from, to }: { host: string; from: number; to: number },
): Buffer => {
  const wanted = placeOf(host, from);
  let at = piece.indexOf(wanted);
  if (at < 0) return piece;
  const changed = Buffer.from(piece);
  for (; at >= 0; at = changed.indexOf(wanted, at + wanted.length)) placeOf(host, to).copy(changed, at);
  return changed;
};
