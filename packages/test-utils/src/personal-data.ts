import { decodings, type Form } from './decodings.ts';

export type PersonalData = { emails?: readonly string[]; phones?: readonly string[] };

export type PersonalDataFinding = {
  kind: 'email' | 'phone';
  /** The given value that was found: made-up data of a test, so that its message may show it. */
  value: string;
  /** How it was written, outermost first; empty when it stood there as it is (any case, any separators). */
  forms: readonly Form[];
  /** The text around it, as decoded. */
  context: string;
};

/** A value hidden deeper than this in encodings inside encodings is not found. */
const MAX_DEPTH = 3;
const CONTEXT = 30;

/**
 * Finds given e-mail addresses and phone numbers in output that must not hold them, whatever they look like there: upper case, with
 * separators, without the country code, URL-encoded, JSON-escaped, in base64, in hex, or those inside each other. The cost grows with the text,
 * not with the number of values, so a run of thousands of fans can be checked against all its logs.
 */
export const findPersonalData = (text: string, { emails = [], phones = [] }: PersonalData): PersonalDataFinding[] => {
  const finders = [createEmailFinder(emails), createPhoneFinder(phones)];
  const findings = new Map<string, PersonalDataFinding>();
  const look = (view: string, forms: readonly Form[]): void => {
    for (const find of finders) {
      for (const { kind, value, at } of find(view)) {
        const id = `${kind}:${value}:${forms.join()}`;
        const context = view.slice(Math.max(0, at - CONTEXT), at + value.length + CONTEXT);
        if (!findings.has(id)) findings.set(id, { kind, value, forms, context });
      }
    }
    if (forms.length >= MAX_DEPTH) return;
    for (const { form, decode } of decodings) for (const inner of decode(view)) look(inner, [...forms, form]);
  };
  look(text, []);
  return [...findings.values()].sort((a, b) => a.forms.length - b.forms.length);
};

type Hit = { kind: PersonalDataFinding['kind']; value: string; at: number };
type Finder = (view: string) => Hit[];

/**
 * Every address has an `@`, so only the places around each `@` are looked at, once per shape. A shape is the pair of lengths before
 * and behind the `@`; thousands of addresses have a few dozen.
 */
const createEmailFinder = (emails: readonly string[]): Finder => {
  const values = new Map(emails.map((email) => [email.trim().toLowerCase(), email]));
  const shapes = new Map<string, [before: number, behind: number]>();
  for (const email of values.keys()) {
    const shape: [number, number] = [email.indexOf('@'), email.length - email.indexOf('@')];
    shapes.set(shape.join(), shape);
  }
  return (view) => {
    const lower = view.toLowerCase();
    const hits: Hit[] = [];
    for (let sign = lower.indexOf('@'); sign !== -1; sign = lower.indexOf('@', sign + 1)) {
      for (const [before, behind] of shapes.values()) {
        const value = values.get(lower.slice(Math.max(0, sign - before), sign + behind));
        if (value !== undefined) hits.push({ kind: 'email', value, at: sign - before });
      }
    }
    return hits;
  };
};

/** Groups of digits that belong together: up to two characters that people put between them. */
const DIGIT_GROUPS = /\d+(?:[ ().\u00a0/-]{1,2}\d+)*/g;
/** As many groups as a number is ever written in. */
const MAX_GROUPS = 7;

const createPhoneFinder = (phones: readonly string[]): Finder => {
  const values = new Map(phones.flatMap((phone) => spellings(phone).map((digits) => [digits, phone] as const)));
  return (view) => [...view.matchAll(DIGIT_GROUPS)].flatMap(({ 0: run, index }) => findInRun(run, index, values));
};

/** Looks at neighbouring groups joined, because the run may begin or end with digits of something else. */
const findInRun = (run: string, at: number, values: ReadonlyMap<string, string>): Hit[] => {
  const groups = run.split(/\D+/);
  const hits: Hit[] = [];
  for (let first = 0; first < groups.length; first += 1) {
    let joined = '';
    for (const group of groups.slice(first, first + MAX_GROUPS)) {
      joined += group;
      const value = values.get(joined);
      if (value !== undefined) hits.push({ kind: 'phone', value, at });
    }
  }
  return hits;
};

/** The digits of a number as it is dialled: international, with the two common prefixes, and inside its own country. */
const spellings = (phone: string): string[] => {
  const digits = phone.replace(/\D/g, '');
  const national = digits.startsWith('1') ? digits.slice(1) : `0${digits.slice(2)}`;
  return [digits, `00${digits}`, `011${digits}`, national];
};
