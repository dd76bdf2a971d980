/**
 * Shapes of Received fields, written as they look: `{helo} ({rdns} [{ip}]) by {by} (`. `{helo}` is a word (no blanks) that is kept,
 * `{helo?}` one that may be empty, `{helo:[^)]*:}` a pattern that is kept, `{:x+:}` one that is not; names without a slot are below.
 * `[?`, `]?` and ` ?` may be missing. A shape begins at the start of the text and may end before the text does. What a shape cannot
 * say is a function. Each costs no more than the field is long, for each of its parts; fields are cut short before (field.ts).
 */
import { addressPattern, localhostPattern } from './address-pattern.js';

/** What a field has told so far; a later shape sees what was found before it. */
export interface Draft {
  ip: string;
  rdns: string;
  helo: string;
  by: string;
  ident: string;
  /** Undefined: the field does not say. */
  envFrom: string | undefined;
  id: string;
  auth: string;
  /** The host that wrote the field looks names up: an empty `rdns` means that there is none. */
  looksUp: boolean;
  /** `helo=x ident=y` between parentheses, as Exim writes them. */
  facts: string;
}

type Slot = 'ip' | 'rdns' | 'helo' | 'by' | 'ident' | 'id' | 'facts';

/**
 * `ignored`: no hand-over between hosts, or one without an address. `scanned`: the same, and its envelope sender is that of the next
 * field. `fetched`: the mail came out of a mailbox here.
 */
export type Outcome = 'relay' | 'ignored' | 'scanned' | 'fetched';

/** Undefined: not of this shape. */
export type Reader = (text: string, draft: Draft) => Outcome | undefined;

export interface ShapeOptions {
  readonly looksUp?: boolean;
  /** What the text must have anywhere; looked for first. */
  readonly mark?: string | RegExp;
  /** Called when the shape fits. */
  readonly after?: (draft: Draft, text: string) => void;
}

const names: Readonly<Record<string, string>> = {
  _: '[^ ]+',
  '_?': '[^ ]*',
  '#': addressPattern,
  hello: '(?:HELO|EHLO)',
  smtp: 'E?SMTP',
  any: '.*?',
  most: '.*',
  end: '$',
  local: localhostPattern,
  '(': '(?:',
  ')?': ')?',
};

export function shape(template: string, options: ShapeOptions = {}): Reader {
  const { pattern, kept } = compile(template);
  const { looksUp = false, mark = '', after } = options;
  return (text, draft) => {
    const marked = typeof mark === 'string' ? text.includes(mark) : mark.test(text);
    const match = marked ? pattern.exec(text) : null;
    if (match === null) return undefined;
    kept.forEach((slot, index) => {
      draft[slot] = match[index + 1] ?? draft[slot];
    });
    if (looksUp) draft.looksUp = true;
    after?.(draft, text);
    return 'relay';
  };
}

export function ignored(template: string): Reader {
  const { pattern } = compile(template);
  return (text) => (pattern.test(text) ? 'ignored' : undefined);
}

const piece = /\{([a-z_#()]*\??)(?::(.+?):)?\}|([[\] ])\?|[\\^$.*+?()[\]{}|/]/g;

/** Whether a text has it, not only at its start; nothing is kept. */
export function anywhere(template: string): (text: string) => boolean {
  const pattern = new RegExp(compile(template).source);
  return (text) => pattern.test(text);
}

function compile(template: string): {
  readonly source: string;
  readonly pattern: RegExp;
  readonly kept: readonly Slot[];
} {
  const kept: Slot[] = [];
  const source = template.replace(piece, (all: string, name?: string, own?: string, optional?: string) => {
    if (optional !== undefined) return `\\${optional}?`.replace('\\ ', ' ');
    return name === undefined ? `\\${all}` : partSource(name, own, kept);
  });
  return { source, pattern: new RegExp(`^${source}`), kept };
}

function partSource(name: string, own: string | undefined, kept: Slot[]): string {
  if (name === '' && own !== undefined) return own;
  const known = names[name];
  if (known !== undefined) return known;
  kept.push(name.replace('?', '') as Slot);
  return `(${own ?? (name === 'ip' ? addressPattern : name.endsWith('?') ? '[^ ]*' : '[^ ]+')})`;
}
