import { type OptionRule, optional, positiveInteger, wholeNumber } from '@verifiedfan/map-utils';

const text: OptionRule = { expects: 'text', accepts: (value) => typeof value === 'string' && value !== '' };
const object: OptionRule = { expects: 'an object', accepts: (value) => typeof value === 'object' && value !== null };
const list: OptionRule = { expects: 'a list', accepts: Array.isArray };
/** Claims have rules of their own in `readClaims`; here only their names are checked. */
const claim: OptionRule = { expects: 'a claim', accepts: () => true };

// A tolerance that is not a number would make every comparison with a time false, and so accept every expired token.
const tolerance = optional(wholeNumber);

export const signerRules = { keys: object, issuer: text, clock: object };

export const signRules = {
  subject: claim,
  audience: claim,
  ttlSeconds: claim,
  permissions: claim,
  campaigns: claim,
  supreme: claim,
};

export const verifierRules = {
  keys: object,
  issuer: text,
  audience: text,
  clock: object,
  clockToleranceSeconds: tolerance,
  algorithms: optional(list),
};

export const workerAuthRules = {
  ...signerRules,
  subject: text,
  audience: text,
  ttlSeconds: optional(positiveInteger),
  permissions: list,
};
