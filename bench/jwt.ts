/**
 * Verifying HS256 tokens beside jsonwebtoken, in one process, round by round in changing order.
 *
 * Both check signature, algorithm, issuer, audience and expiry; ours also checks the token profile. Nobody caches: fast-jwt's cache of
 * verified tokens is off in our package, and the tokens are 64 different ones. jsonwebtoken is called as its manual shows, with the
 * secret itself. Given a prepared `KeyObject` it is several times faster (it no longer tries to parse the secret as a public key
 * with every call); that number stands in the details, so that nobody takes the headline for the limit.
 */
import { createSecretKey } from 'node:crypto';
import { createRequire } from 'node:module';
import { createKeySetDocument, createTokenSigner, createTokenVerifier, loadKeySet } from '@verifiedfan/jwt';
import type { BenchResult } from './result.ts';

type JsonWebToken = { verify(token: string, key: unknown, options: Record<string, unknown>): unknown };

const BAR = 4.5;
const TOKENS = 64;
const CALLS_PER_ROUND = 6_400;
const ROUNDS = 9;
const NOW_MS = Date.UTC(2026, 1, 1, 12);
const ISSUER = 'verified-fan';
const AUDIENCE = 'campaign-service';

type Contender = { name: string; verify(token: string): unknown; microseconds: number[] };

/** Microseconds for one call, over one round. Throws when an answer is wrong: a failing call is fast. */
const timeRound = ({ verify }: Contender, tokens: readonly string[]): number => {
  let subjects = 0;
  const startedMs = performance.now();
  for (let call = 0; call < CALLS_PER_ROUND; call += 1) {
    const { sub } = verify(tokens[call % TOKENS] ?? '') as { sub: string };
    subjects += Number(sub.slice('user-'.length));
  }
  const tookMs = performance.now() - startedMs;
  const expected = (CALLS_PER_ROUND / TOKENS) * ((TOKENS * (TOKENS - 1)) / 2);
  if (subjects !== expected) throw new Error('a verification gave wrong claims');
  return (tookMs * 1_000) / CALLS_PER_ROUND;
};

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Nobody may be fast by not looking: one flipped bit of the signature has to be refused by all. */
const refusesForgery = ({ name, verify }: Contender, token: string): void => {
  const flipped = `${token.slice(0, -10)}${token.at(-10) === 'A' ? 'B' : 'A'}${token.slice(-9)}`;
  let accepted = true;
  try {
    verify(flipped);
  } catch {
    accepted = false;
  }
  if (accepted) throw new Error(`${name} accepted a forged token`);
};

const prepare = (): { tokens: string[]; contenders: [Contender, Contender, Contender] } => {
  const random = { next: () => 0.5, uuid: () => 'bench-key', bytes: (count: number) => new Uint8Array(count).fill(7) };
  const clock = { now: () => NOW_MS, sleep: async () => undefined };
  const document = createKeySetDocument({ random });
  const keys = loadKeySet(document);
  const sign = createTokenSigner({ keys, issuer: ISSUER, clock });
  const campaigns = { 'tour-2027': { actions: ['read', 'update'] }, 'tour-2028': { actions: ['read'] } };
  const rights = { audience: AUDIENCE, ttlSeconds: 600, permissions: ['campaigns:create'], campaigns };
  const tokens = Array.from({ length: TOKENS }, (_, n) => sign({ ...rights, subject: `user-${n}` }));

  // Required, not imported: the package brings no types, and its author's are not installed.
  const jsonwebtoken = createRequire(import.meta.url)('jsonwebtoken') as JsonWebToken;
  const secret = Buffer.from(random.bytes(32));
  const keyObject = createSecretKey(secret);
  const options = {
    algorithms: ['HS256'],
    issuer: ISSUER,
    audience: AUDIENCE,
    clockTolerance: 5,
    clockTimestamp: NOW_MS / 1_000,
  };
  const contender = (name: string, verify: Contender['verify']): Contender => ({ name, verify, microseconds: [] });
  const ours = contender('ours', createTokenVerifier({ keys, issuer: ISSUER, audience: AUDIENCE, clock }));
  const theirs = contender('jsonwebtoken', (token) => jsonwebtoken.verify(token, secret, options));
  const prepared = contender('jsonwebtoken, KeyObject', (token) => jsonwebtoken.verify(token, keyObject, options));
  return { tokens, contenders: [ours, theirs, prepared] };
};

export const run = async (): Promise<BenchResult[]> => {
  const { tokens, contenders } = prepare();
  const [ours, theirs, prepared] = contenders;
  for (const contender of contenders) {
    refusesForgery(contender, tokens[0] ?? '');
    timeRound(contender, tokens); // warms up
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const contender of order) contender.microseconds.push(timeRound(contender, tokens));
  }
  const [oursUs, theirsUs, preparedUs] = [ours, theirs, prepared].map(({ microseconds }) => median(microseconds));
  if (oursUs === undefined || theirsUs === undefined || preparedUs === undefined)
    throw new Error('nothing was measured');
  return [
    {
      name: 'jwt verify HS256 vs jsonwebtoken',
      ratio: theirsUs / oursUs,
      bar: BAR,
      unit: 'µs per token',
      ours: oursUs,
      theirs: theirsUs,
      detail: {
        'token characters': tokens[0]?.length ?? 0,
        'rounds × calls': `${ROUNDS} × ${CALLS_PER_ROUND}, median`,
        'cache of verified tokens': 'off',
        'jsonwebtoken with KeyObject, µs': preparedUs,
        'ratio to jsonwebtoken with KeyObject': preparedUs / oursUs,
        'ours, all rounds': ours.microseconds.map((us) => us.toFixed(2)).join(' '),
        'theirs, all rounds': theirs.microseconds.map((us) => us.toFixed(2)).join(' '),
      },
    },
  ];
};
