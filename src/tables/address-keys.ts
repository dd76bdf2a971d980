/**
 * Which keys a table is asked for, and in which order: access(5), virtual(5), transport(5), aliases(5), as
 * mail_addr_find(3) does it. Pure: who asks is the stage, so that every look-up is in its trace. All keys are in lower
 * case, local parts quoted where they must be. The first key is always the whole one: a table of patterns is asked
 * for nothing else ("user@domain mail addresses are not broken up", access(5)).
 */

import type { ExtendedLocalPart, ExtensionOptions } from '../values/address.js';
import { type Mailbox, quoteLocalPart, splitExtension } from '../values/address.js';
import type { IpAddress } from '../values/ip.js';

export interface KeyOptions extends ExtensionOptions {
  /** Characters that begin an address extension (recipient_delimiter). Default none. */
  readonly recipientDelimiter?: string;
  /**
   * How a table names what lies below a domain. `parent`: by the domain itself (parent_domain_matches_subdomains).
   * `dot`: by `.domain`.
   */
  readonly subdomains?: 'parent' | 'dot';
}

/** A key, and the extension (`+news`) that was in the address and is not in the key. */
export interface AddressKey {
  readonly key: string;
  readonly unmatched: string;
}

/** The key of the null reverse-path (smtpd_null_access_lookup_key). */
export const NULL_SENDER_KEY = '<>' as const;

/** More than any domain name has; a longer name, from HELO, is asked for as a whole only. */
const LONGEST_NAME = 255;

/** `a.b.c` gives `a.b.c`, then `b.c`, `c` (or `.b.c`, `.c`). */
export function domainKeys(name: string, subdomains: 'parent' | 'dot' = 'parent'): readonly string[] {
  const whole = name.toLowerCase();
  if (whole.length > LONGEST_NAME || whole.startsWith('[')) return [whole];
  const keys = [whole];
  for (let dot = whole.indexOf('.', 1); dot >= 0; dot = whole.indexOf('.', dot + 1)) {
    const key = whole.slice(subdomains === 'parent' ? dot + 1 : dot);
    if (key !== '') keys.push(key);
  }
  return keys;
}

/** The address, then ever shorter fronts of it: `192.0.2.1`, `192.0.2`, `192.0`, `192`; `2001:db8::1`, `2001:db8:`, ... */
export function addressKeys(ip: IpAddress): readonly string[] {
  const delimiter = ip.version === 4 ? '.' : ':';
  const keys = [ip.text];
  for (let at = ip.text.lastIndexOf(delimiter); at > 0; at = ip.text.lastIndexOf(delimiter, at - 1)) {
    keys.push(ip.text.slice(0, at));
  }
  return keys;
}

/** access(5), "EMAIL ADDRESS PATTERNS": the address, without extension, the domain, its parents, `user@`. */
export function accessKeys(mailbox: Mailbox, options: KeyOptions = {}): readonly string[] {
  const locals = localParts(mailbox, options);
  const domain = domainText(mailbox);
  return [
    ...locals.map((local) => `${local.key}@${domain}`),
    ...domainKeys(domain, options.subdomains),
    ...locals.map((local) => `${local.key}@`),
  ];
}

/** virtual(5), "TABLE SEARCH ORDER": the address, without extension, for a `local` domain the bare names, `@domain`. */
export function virtualKeys(mailbox: Mailbox, local: boolean, options: KeyOptions = {}): readonly AddressKey[] {
  const locals = localParts(mailbox, options);
  const domain = domainText(mailbox);
  return [
    ...locals.map(({ key, unmatched }) => ({ key: `${key}@${domain}`, unmatched })),
    ...(local ? locals : []),
    { key: `@${domain}`, unmatched: '' },
  ];
}

/** The keys of `virtualKeys` alone. */
export function virtualKeyTexts(mailbox: Mailbox, local: boolean, options: KeyOptions = {}): readonly string[] {
  if (extensionOf(mailbox.localPart, options) !== undefined)
    return virtualKeys(mailbox, local, options).map(({ key }) => key);
  const name = quoteLocalPart(mailbox.localPart).toLowerCase();
  const at = `@${domainText(mailbox)}`;
  return local ? [name + at, name, at] : [name + at, at];
}

/** aliases(5): the name, then without extension. Names of aliases are kept without quotes (postalias(1)). */
export function nameKeys({ localPart }: Mailbox, options: KeyOptions = {}): readonly string[] {
  const split = extensionOf(localPart, options);
  return split === undefined ? [localPart.toLowerCase()] : [localPart.toLowerCase(), split.base.toLowerCase()];
}

/** The local part without its extension, in lower case: the name of a local user. */
export function userName({ localPart }: Mailbox, options: KeyOptions = {}): string {
  return (extensionOf(localPart, options)?.base ?? localPart).toLowerCase();
}

/** The address, then without its extension: what transport(5) is asked for before the domain. */
export function mailboxKeys(mailbox: Mailbox, options: KeyOptions = {}): readonly string[] {
  const domain = domainText(mailbox);
  return localParts(mailbox, options).map((local) => `${local.key}@${domain}`);
}

/** transport(5), "TABLE SEARCH ORDER": the address, without extension, the domain, `.parent` (or `parent`), `*`. */
export function transportKeys(mailbox: Mailbox, options: KeyOptions = {}): readonly string[] {
  const domain = domainText(mailbox);
  return [...mailboxKeys(mailbox, options), ...domainKeys(domain, options.subdomains ?? 'dot'), '*'];
}

/** The local part as a key, then without its extension where it has one. */
function localParts({ localPart }: Mailbox, options: KeyOptions): readonly AddressKey[] {
  const whole = { key: quoteLocalPart(localPart).toLowerCase(), unmatched: '' };
  const split = extensionOf(localPart, options);
  if (split === undefined) return [whole];
  const { base, delimiter, extension } = split;
  return [whole, { key: quoteLocalPart(base).toLowerCase(), unmatched: `${delimiter}${extension}` }];
}

function extensionOf(localPart: string, options: KeyOptions): ExtendedLocalPart | undefined {
  const { recipientDelimiter = '' } = options;
  return recipientDelimiter === '' ? undefined : splitExtension(localPart, recipientDelimiter, options);
}

function domainText({ domain }: Mailbox): string {
  return (domain.kind === 'domain' ? domain.ascii : domain.text).toLowerCase();
}
