/**
 * `eval:name(arguments)`: arguments are quoted strings, or bare words of letters, digits and `.:-`.
 */

export type EvalRead =
  | { readonly kind: 'call'; readonly call: string; readonly args: readonly string[] }
  | { readonly kind: 'malformed'; readonly why: string };

const argument = /\s*(?:'([^']*)'|"([^"]*)"|([\d.:A-Za-z-]+))\s*(?:(,)|$)/y;
const ARGUMENT_LIMIT = 1000;

/** `text`: behind `eval:`. */
export function readEvalCall(text: string): EvalRead {
  const match = /^(\w+)\((.*)\)$/.exec(text);
  if (match === null) return { kind: 'malformed', why: 'name(arguments) is expected after eval:' };
  const [, call = '', inside = ''] = match;
  const args = inside.trim() === '' ? [] : argumentsOf(inside);
  if (args === undefined) {
    return { kind: 'malformed', why: 'arguments in quotes, or plain words, with commas between are expected' };
  }
  return { kind: 'call', call, args };
}

function argumentsOf(text: string): string[] | undefined {
  const args: string[] = [];
  argument.lastIndex = 0;
  while (args.length < ARGUMENT_LIMIT) {
    const match = argument.exec(text);
    if (match === null) return undefined;
    args.push(match[1] ?? match[2] ?? match[3] ?? '');
    if (match[4] === undefined || argument.lastIndex === text.length) return args;
  }
  return undefined;
}
