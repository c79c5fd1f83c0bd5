import type { Flags } from '@verifiedfan/ports';

/** The flags that the configuration names, as it names them; any other has its fallback. */
export const fixedFlags = (flags: Readonly<Record<string, boolean>>): Flags => ({
  isEnabled: (flag, fallback) => (Object.hasOwn(flags, flag) ? flags[flag] : undefined) ?? fallback,
  onChange: () => () => {},
});
