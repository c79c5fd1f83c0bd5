import type { Route } from '@verifiedfan/service';
import { outcomeOf, ROLES } from './roles.ts';
import { RIGHTS, type Rule } from './table.ts';

/** The statuses that a route declares for those whom it lets in. */
export const successesOf = (routes: readonly Route[], key: string): number[] => {
  const [bare] = key.split('?');
  const found = routes.find(({ method, path }) => `${method} ${path}` === bare);
  return Object.keys(found?.responses ?? {}).map(Number);
};

/** The table of routes and roles as a Markdown page: the status that each role gets, or those where there are several. */
export const rightsPage = (routes: readonly Route[]): string => {
  const head = `| route | ${ROLES.map(({ name }) => name).join(' | ')} |\n|---|${ROLES.map(() => '---').join('|')}|`;
  const rows = Object.entries(RIGHTS).map(([key, rule]: [string, Rule]) => {
    const cells = ROLES.map((role) => outcomeOf(rule, role)).map((cell) =>
      cell === 'allowed' ? `**${successesOf(routes, key).join(', ')}**` : String(cell),
    );
    return `| \`${key}\` | ${cells.join(' | ')} |`;
  });
  return `${head}\n${rows.join('\n')}\n`;
};
