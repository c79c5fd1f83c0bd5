export { TOKEN_ERROR_CODES, TokenError, type TokenErrorCode } from './errors.ts';
export {
  activateKey,
  type CreateKeySetOptions,
  createKeySetDocument,
  type KeySetDocument,
  publicKeySetDocument,
  type RotateOptions,
  rotateKeySetDocument,
} from './key-document.ts';
export { ALGORITHMS, type Algorithm, type KeyRecord } from './key-material.ts';
export { type Key, type KeySet, loadKeySet } from './key-set.ts';
export {
  campaignActions,
  can,
  hasPermission,
  MakeToken,
  type MakeTokenOptions,
  ReadToken,
  type Rights,
} from './permissions.ts';
export { createTokenSigner, type SignerOptions, type SignOptions } from './sign.ts';
export { MAX_TOKEN_CHARACTERS, TOKEN_VERSION, type Token } from './token.ts';
export { createTokenVerifier, type VerifierOptions } from './verify.ts';
export {
  createWorkerAuth,
  createWorkerVerifier,
  type WorkerAuth,
  type WorkerAuthOptions,
  type WorkerVerifierOptions,
} from './worker-auth.ts';
