/**
 * The right-hand side of a regular expression table: `$1`, `${1}`, `$(1)` stand for what a group matched, `$$` for a
 * dollar (pcre_table(5), "Text substitution"; the grammar is that of Postfix's mac_parse()).
 */

/** Literal text, or the number of a group. */
export type Piece = string | number;

export interface Template {
  readonly pieces: readonly Piece[];
  /** The largest group number; 0 when there is none. */
  readonly highest: number;
}

export type ParsedTemplate =
  | { readonly kind: 'template'; readonly template: Template }
  | { readonly kind: 'malformed'; readonly why: string; readonly construct: string };

export function parseTemplate(text: string): ParsedTemplate {
  const pieces: Piece[] = [];
  let highest = 0;
  let literal = '';
  let at = 0;
  for (;;) {
    const dollar = text.indexOf('$', at);
    literal += text.slice(at, dollar === -1 ? text.length : dollar);
    if (dollar === -1) break;
    if (text[dollar + 1] === '$') {
      literal += '$';
      at = dollar + 2;
      continue;
    }
    const reference = readReference(text, dollar);
    if (reference.kind === 'malformed') return reference;
    if (literal !== '') pieces.push(literal);
    literal = '';
    pieces.push(reference.group);
    highest = Math.max(highest, reference.group);
    at = reference.end;
  }
  if (literal !== '' || pieces.length === 0) pieces.push(literal);
  return { kind: 'template', template: { pieces, highest } };
}

/** A group that took no part is the empty string. */
export function substitute(template: Template, groups: readonly (string | undefined)[]): string {
  return template.pieces.map((piece) => (typeof piece === 'string' ? piece : (groups[piece] ?? ''))).join('');
}

type Reference =
  | { readonly kind: 'group'; readonly group: number; readonly end: number }
  | Extract<ParsedTemplate, { kind: 'malformed' }>;

function readReference(text: string, dollar: number): Reference {
  const open = text[dollar + 1];
  const close = open === '(' ? ')' : open === '{' ? '}' : undefined;
  let name: string;
  let end: number;
  if (close === undefined) {
    [name = ''] = /^[A-Za-z0-9_]{0,40}/.exec(text.slice(dollar + 1, dollar + 41)) ?? [];
    end = dollar + 1 + name.length;
  } else {
    const closing = text.indexOf(close, dollar + 2);
    if (closing === -1) return malformed(text, dollar, dollar + 20, `"${close}" is missing behind "$${open}"`);
    name = text.slice(dollar + 2, closing);
    end = closing + 1;
  }
  if (!/^[0-9]{1,3}$/.test(name)) {
    return malformed(text, dollar, end, 'the number of a group is expected behind "$"; write "$$" for a dollar');
  }
  const group = Number(name);
  return group === 0 ? malformed(text, dollar, end, 'groups are numbered from 1') : { kind: 'group', group, end };
}

function malformed(
  text: string,
  from: number,
  to: number,
  why: string,
): Extract<ParsedTemplate, { kind: 'malformed' }> {
  return { kind: 'malformed', why, construct: text.slice(from, to) };
}
