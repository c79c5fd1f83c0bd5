import { z } from 'zod';

/** 1 to 128 of `A-Z a-z 0-9 . _ -`: ids of campaigns, members, events and correlations. */
export const ID_PATTERN = /^[A-Za-z0-9._-]{1,128}$/;

/** Fit the grammar but are properties of every object: as keys of a map they would find something that nobody stored. */
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Whether the text is an id: the grammar, and not `__proto__`, `constructor` or `prototype`. */
export const isId = (text: string): boolean => ID_PATTERN.test(text) && !RESERVED.has(text);

export const idSchema = z
  .string()
  .regex(ID_PATTERN, 'Must be 1 to 128 of A-Z a-z 0-9 . _ -')
  .refine((text) => !RESERVED.has(text), 'Is a reserved word');

/** A phone number in E.164: `+` and 8 to 15 digits. */
export const phoneSchema = z
  .string()
  .regex(/^\+[0-9]{8,15}$/, 'Must be a phone number in E.164: + and 8 to 15 digits')
  .meta({ format: 'e164' });

/** The form in which e-mail addresses are compared. */
export const normaliseEmail = (email: string): string => email.trim().toLowerCase();

const MAX_EMAIL_CHARACTERS = 254;

/**
 * One `@`, no spaces or control characters, at most 254 characters, spaces around it included. The result is trimmed and in lower case.
 * The pattern is of what comes in, so that OpenAPI tells it.
 */
export const emailSchema = z
  .string()
  .max(MAX_EMAIL_CHARACTERS)
  .regex(/^\s*[^\s@]+@[^\s@]+\s*$/, 'Must be an e-mail address')
  .transform(normaliseEmail)
  .refine((email) => !/\p{Cc}/u.test(email), 'Must not hold control characters')
  // A letter may become two in lower case.
  .refine((email) => email.length <= MAX_EMAIL_CHARACTERS, 'Is too long in lower case');

/** How many things a page may hold, as a text of a query: 1 to 200. */
export const pageLimitSchema = z
  .string()
  .regex(/^(?:[1-9][0-9]?|1[0-9]{2}|200)$/, 'Must be 1 to 200')
  .transform(Number);
