/**
 * A description in which no line is a quick action, such as `/target_branch` or `/assign`. GitLab executes those of a merge request in the name of
 * the token, which may do more than whoever proposes.
 *
 * GitLab deletes carriage returns and then takes `^/command` for an action (lib/gitlab/quick_actions/extractor.rb), apart from code, quotes and HTML.
 * A backslash before the slash keeps it from the beginning of the line, and Markdown shows the slash alone: every punctuation may be escaped so
 * (https://spec.commonmark.org/0.31.2/#backslash-escapes). It goes before every slash at the beginning of a line, not only before known
 * actions, which each version adds to, and also inside of code, where it is shown: a fence that we take for closed and GitLab does not would let an
 * action out. A fence or a code span around the line would not do either, for the text may hold the end of it.
 */
export const withoutQuickActions = (description: string): string =>
  description.replaceAll(/\r\n?/g, '\n').replaceAll(SLASH_THAT_BEGINS, '$1\\/');

/** Behind whatever does not show too: GitLab takes no such line today. */
const SLASH_THAT_BEGINS = /^([[\s\p{Cc}\p{Cf}]--[\n\u2028\u2029]]*)\//gmv;
