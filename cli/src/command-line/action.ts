import type { Command } from 'commander';
import type { CommandRun, EstateFlags, GlobalOptions, Needs, Runner } from '../run/context.ts';

/** What the definitions of commands are given. */
export type Launcher = {
  runner: Runner;
  finish(code: number): void;
};

/** What a person typed, as commander has parsed it. */
export type Typed = { args: readonly unknown[]; options: Readonly<Record<string, unknown>> };

export type ActionOptions<Options> = {
  needs: Needs | ((typed: Typed) => Needs);
  /** Imports the command's module: most of a short command's time is loading code, so only its own is loaded. */
  load: () => Promise<CommandRun<Options>>;
  /** The options of the command from what was typed. */
  select: (typed: Typed) => Options;
};

/** What commander calls: with the arguments, the options and the command itself. */
type Action = (...all: unknown[]) => Promise<void>;
export type CreateAction = <Options>(options: ActionOptions<Options>) => Action;

export const createActions =
  ({ runner, finish }: Launcher): CreateAction =>
  ({ needs, load, select }) =>
  async (...all) => {
    const command = all.at(-1) as Command;
    const options = all.at(-2) as Record<string, unknown> & GlobalOptions & Pick<EstateFlags, 'platform'>;
    const typed: Typed = { args: all.slice(0, -2), options };
    const selected = select(typed);
    const { data, json, platform } = options;
    const wanted = { data, json, platform, bill: options.bill === true, command: command.name() };
    const run = { ...wanted, needs: typeof needs === 'function' ? needs(typed) : needs };
    finish(await runner.run(run, async (context) => (await load())(context, selected)));
  };
