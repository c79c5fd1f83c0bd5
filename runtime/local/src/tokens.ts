export { AUDIENCES, createTokens, ISSUER, type TokenRights, type Tokens } from '@verifiedfan/platform';
