/**
 * The right-hand sides of aliases(5) and virtual(5), and the lines of `:include:` files: a list of addresses and names,
 * separated by commas, in double quotes where they hold one. `|command`, `/file` and `:include:/path` are for aliases.
 */

import type { MailDomain } from '../../tables/domain-set.js';
import { MAILBOX_LIMIT, type Mailbox, mailboxOf } from '../../values/address.js';
import { excerpt } from '../../values/characters.js';
import { parseDomain } from '../../values/domain.js';
import { parseMailbox } from '../../values/mailbox.js';
import type { Parsed } from '../../values/parsed.js';

export type AliasMember =
  /** `literal` for `\name`: aliases are not looked up again (aliases(5)). */
  | { readonly kind: 'address'; readonly address: Mailbox; readonly literal: boolean }
  /** `@domain` of virtual(5): the same local part in another domain. */
  | { readonly kind: 'same-user'; readonly domain: MailDomain }
  /** `|command`, `/file`, `:include:/path`: what follows the mark; of a file its whole path. */
  | { readonly kind: 'command' | 'file' | 'include'; readonly text: string }
  | { readonly kind: 'fault'; readonly code: 'bad-address' | 'relative-path'; readonly why: string };

export interface AliasContext {
  /** The domain of bare names. */
  readonly origin: MailDomain;
  /** Appended to domains without a dot. */
  readonly dotDomain?: string | undefined;
}

/** Every member in order, faults included; an empty value is a fault. */
export function readAliasValue(value: string, context: AliasContext): readonly AliasMember[] {
  const members = readMembers(value, context);
  return members.length > 0 ? members : [{ kind: 'fault', code: 'bad-address', why: 'an empty list of addresses' }];
}

/** The text of an `:include:` file: lines of members, `#` in front of a comment. */
export function readIncludeText(text: string, context: AliasContext): readonly AliasMember[] {
  const members: AliasMember[] = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith('#')) for (const member of readMembers(line, context)) members.push(member);
  }
  return members;
}

function readMembers(value: string, context: AliasContext): readonly AliasMember[] {
  return splitList(value).map((element) => readMember(element, context));
}

/** At commas outside quotes, white space at both ends dropped; empty elements are none. */
function splitList(value: string): readonly string[] {
  const elements: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at <= value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === 0x5c && quoted) at++;
    else if (code === 0x22) quoted = !quoted;
    if (at < value.length && (code !== 0x2c || quoted)) continue;
    const element = value.slice(start, at).trim();
    if (element !== '') elements.push(element);
    start = at + 1;
  }
  return elements;
}

/** Nothing that needs more than a look: most members of long lists. */
const PLAIN = /^[A-Za-z0-9_-]+$/;

function readMember(element: string, context: AliasContext): AliasMember {
  if (PLAIN.test(element)) return asMember(mailboxOf(element, context.origin), element, false);
  const text = unquoted(element) ?? element;
  const special = readSpecial(text);
  if (special !== undefined) return special;
  if (element.startsWith('@')) return sameUser(element, context);
  const literal = element.startsWith('\\');
  const bare = literal ? element.slice(1) : element;
  const written = bare.startsWith('<') && bare.endsWith('>') ? bare.slice(1, -1) : bare;
  const whole = unquoted(written);
  if (whole !== undefined) return asMember(mailboxOf(whole, context.origin, MAILBOX_LIMIT), element, literal);
  if (!written.includes('@')) return asMember(nameAt(written, context.origin), element, literal);
  return asMember(parseMailbox(withDot(written, context), { maxLocalPart: MAILBOX_LIMIT }), element, literal);
}

function readSpecial(text: string): AliasMember | undefined {
  if (text.startsWith('|')) return { kind: 'command', text: text.slice(1).trim() };
  if (text.startsWith('/')) return { kind: 'file', text };
  const path = /^:include:\s*/i.exec(text)?.[0];
  if (path === undefined) return undefined;
  const file = text.slice(path.length);
  if (file.startsWith('/')) return { kind: 'include', text: file };
  return { kind: 'fault', code: 'relative-path', why: `the path of an :include: begins with "/": ${excerpt(text)}` };
}

function asMember(address: Parsed<Mailbox>, element: string, literal: boolean): AliasMember {
  if (address.kind === 'parsed') return { kind: 'address', address: address.value, literal };
  return { kind: 'fault', code: 'bad-address', why: `not an address: ${excerpt(element)}: ${address.why}` };
}

function sameUser(element: string, context: AliasContext): AliasMember {
  const domain = withDot(element, context).slice(1);
  const read = parseDomain(domain);
  if (read.kind === 'parsed') return { kind: 'same-user', domain: read.value };
  return { kind: 'fault', code: 'bad-address', why: `not a domain: ${excerpt(element)}: ${read.why}` };
}

/** append_dot_mydomain: `user@host` becomes `user@host.domain`. */
function withDot(address: string, { dotDomain }: AliasContext): string {
  if (dotDomain === undefined) return address;
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return domain === '' || domain.includes('.') || domain.startsWith('[') ? address : `${address}.${dotDomain}`;
}

function nameAt(name: string, origin: MailDomain): ReturnType<typeof mailboxOf> {
  // Outside quotes a name is an atom; two words are two addresses without their comma.
  const wrong = /[\s<>()"]/.exec(name);
  if (wrong !== null) return { kind: 'malformed', why: 'white space, a bracket or a quote in a name', at: wrong.index };
  return mailboxOf(name, origin, MAILBOX_LIMIT);
}

/** What is between the quotes of a text that is one quoted string and nothing else. */
function unquoted(text: string): string | undefined {
  if (text.length < 2 || !text.startsWith('"')) return undefined;
  let out = '';
  for (let at = 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') return at === text.length - 1 ? out : undefined;
    if (character === '\\') at++;
    out += text.charAt(at);
  }
  return undefined;
}
