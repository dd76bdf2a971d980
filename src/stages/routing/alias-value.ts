/**
 * The right-hand sides of aliases(5) and virtual(5): a list of addresses and names, separated by commas, in double quotes
 * where they hold one. `|command`, `/file` and `:include:` are recognised and refused: they are not supported yet.
 */

import type { MailDomain } from '../../tables/domain-set.js';
import { type Mailbox, mailboxOf } from '../../values/address.js';
import { excerpt } from '../../values/characters.js';
import { parseDomain } from '../../values/domain.js';
import { parseMailbox } from '../../values/mailbox.js';

export type AliasMember =
  /** `literal` for `\name`: aliases are not looked up again (aliases(5)). */
  | { readonly kind: 'address'; readonly address: Mailbox; readonly literal: boolean }
  /** `@domain` of virtual(5): the same local part in another domain. */
  | { readonly kind: 'same-user'; readonly domain: string }
  | { readonly kind: 'fault'; readonly code: 'unsupported-alias' | 'bad-address'; readonly why: string };

/** Every member in order, faults included; an empty value is a fault. `origin` is the domain of bare names. */
export function readAliasValue(value: string, origin: MailDomain): readonly AliasMember[] {
  const elements = splitList(value);
  if (elements.length === 0) return [{ kind: 'fault', code: 'bad-address', why: 'an empty list of addresses' }];
  return elements.map((element) => readMember(element, origin));
}

/** At commas outside quotes, white space at both ends dropped; empty elements are none. */
function splitList(value: string): readonly string[] {
  const elements: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at <= value.length; at++) {
    const character = value.charAt(at);
    if (character === '\\' && quoted) at++;
    else if (character === '"') quoted = !quoted;
    if (at < value.length && (character !== ',' || quoted)) continue;
    const element = value.slice(start, at).trim();
    if (element !== '') elements.push(element);
    start = at + 1;
  }
  return elements;
}

function readMember(element: string, origin: MailDomain): AliasMember {
  const text = unquoted(element) ?? element;
  const unsupported = unsupportedKind(text);
  if (unsupported !== undefined) {
    const why = `${unsupported} is not supported yet: ${excerpt(text)}`;
    return { kind: 'fault', code: 'unsupported-alias', why };
  }
  if (element.startsWith('@')) return sameUser(element);
  const literal = element.startsWith('\\');
  const written = element.replace(/^\\/, '').replace(/^<(.*)>$/, '$1');
  const whole = unquoted(written);
  const isName = !written.includes('@');
  const address =
    whole !== undefined ? mailboxOf(whole, origin) : isName ? nameAt(written, origin) : parseMailbox(written);
  if (address.kind === 'parsed') return { kind: 'address', address: address.value, literal };
  return { kind: 'fault', code: 'bad-address', why: `not an address: ${excerpt(element)}: ${address.why}` };
}

function sameUser(element: string): AliasMember {
  const domain = element.slice(1);
  const read = parseDomain(domain);
  if (read.kind === 'parsed') return { kind: 'same-user', domain };
  return { kind: 'fault', code: 'bad-address', why: `not a domain: ${excerpt(element)}: ${read.why}` };
}

function nameAt(name: string, origin: MailDomain): ReturnType<typeof mailboxOf> {
  // Outside quotes a name is an atom; two words are two addresses without their comma.
  const wrong = /[\s<>()"]/.exec(name);
  if (wrong !== null) return { kind: 'malformed', why: 'white space, a bracket or a quote in a name', at: wrong.index };
  return mailboxOf(name, origin);
}

function unsupportedKind(text: string): string | undefined {
  if (text.startsWith('|')) return 'delivery to a command';
  if (text.startsWith('/')) return 'delivery to a file';
  return /^:include:/i.test(text) ? ':include:' : undefined;
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
