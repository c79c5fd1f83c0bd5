/** One promise of a port. `open` makes a fresh, empty subject and may be called several times. */
export type Case<Subject> = {
  /** A sentence about behaviour. */
  name: string;
  run(open: () => Promise<Subject>): Promise<void>;
};

/** The part of `node:test`'s `it` that suites use. */
export type RegisterTest = (name: string, options: { skip?: string | false }, run: () => Promise<void>) => unknown;

export type SuiteOptions<Subject> = {
  title: string;
  cases: readonly Case<Subject>[];
  open: () => Promise<Subject>;
  it: RegisterTest;
  /** Cases that this driver cannot keep, by name, each with the reason. An unknown name is an error. @default {} */
  skip?: Readonly<Record<string, string>>;
  /** Called once for every opened subject, also after a failure. */
  close?: (subject: Subject) => Promise<void>;
};

/** Runs one case and closes whatever it opened. */
export const runCase = async <Subject>(
  { run }: Case<Subject>,
  { open, close }: Pick<SuiteOptions<Subject>, 'open' | 'close'>,
): Promise<void> => {
  const opened: Subject[] = [];
  try {
    await run(async () => {
      const subject = await open();
      opened.push(subject);
      return subject;
    });
  } finally {
    if (close) await Promise.all(opened.map(close));
  }
};

const assertKnown = (title: string, names: Iterable<string>, cases: readonly { name: string }[]): void => {
  const known = new Set(cases.map(({ name }) => name));
  for (const name of names) {
    // A renamed case would otherwise be skipped for ever, or never proven.
    if (!known.has(name)) throw new RangeError(`${title} has no case named “${name}”`);
  }
};

/** Registers every case as a test of its own. */
export const registerSuite = <Subject>({ title, cases, open, it, skip = {}, close }: SuiteOptions<Subject>): void => {
  assertKnown(title, Object.keys(skip), cases);
  for (const one of cases) {
    const reason = Object.hasOwn(skip, one.name) ? skip[one.name] : undefined;
    it(`${title}: ${one.name}`, { skip: reason ?? false }, () => runCase(one, close ? { open, close } : { open }));
  }
};

export type MutantOptions<Subject> = Omit<SuiteOptions<Subject>, 'skip'> & {
  /** Per case the broken drivers it has to notice: what is broken, and how a sound subject is turned into a broken one. */
  mutants: Readonly<Record<string, Readonly<Record<string, (subject: Subject) => Subject>>>>;
};

/** Registers, for every case, one test per broken driver that passes only when the case fails on it. A case without one is an error. */
export const registerMutants = <Subject>({ title, cases, open, it, close, mutants }: MutantOptions<Subject>): void => {
  assertKnown(title, Object.keys(mutants), cases);
  for (const one of cases) {
    const broken = Object.entries(mutants[one.name] ?? {});
    if (broken.length === 0) {
      it(`${title}: “${one.name}” bites`, {}, async () => {
        throw new Error(`no broken driver shows that “${one.name}” can fail`);
      });
    }
    for (const [flaw, damage] of broken) {
      it(`${title}: “${one.name}” notices a driver that ${flaw}`, {}, async () => {
        const openBroken = async () => damage(await open());
        const survived = await runCase(one, close ? { open: openBroken, close } : { open: openBroken }).then(
          () => true,
          () => false,
        );
        if (survived) throw new Error(`the case passes on a driver that ${flaw}`);
      });
    }
  }
};

/** Makes the function by which a driver runs the cases of one port. */
export const createSuite =
  <Subject>(title: string, cases: readonly Case<Subject>[]) =>
  (options: Omit<SuiteOptions<Subject>, 'title' | 'cases'>): void =>
    registerSuite({ title, cases, ...options });
