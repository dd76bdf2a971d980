/**
 * Addresses as tables and header fields have them, to the form user@domain: Postfix's trivial-rewrite(8). A name gets the
 * origin, a domain without a dot gets the domain of this site.
 */
import type { MailDomain } from '../../tables/domain-set.js';
import { MAILBOX_LIMIT, type Mailbox, mailboxOf } from '../../values/address.js';
import { parseDomain } from '../../values/domain.js';
import { parseMailbox } from '../../values/mailbox.js';
import { malformed, type Parsed, parsed } from '../../values/parsed.js';

export interface StandardForm {
  /** Undefined: names stay without a domain. */
  readonly origin: MailDomain | undefined;
  readonly dotDomain: string | undefined;
}

/** `@domain`: the same local part there (canonical(5)). */
export type CanonicalValue = Mailbox | { readonly kind: 'same-user'; readonly domain: MailDomain };

/** The value of a canonical table: one address, a name, or `@domain`. */
export function readAddress(value: string, form: StandardForm): Parsed<CanonicalValue> {
  const text = value.trim();
  if (text.startsWith('@')) {
    const domain = parseDomain(withDot(text.slice(1), form));
    return domain.kind === 'parsed' ? parsed({ kind: 'same-user', domain: domain.value }) : domain;
  }
  if (text.includes('@') && !/^"[^"]*"$/.test(text)) {
    const at = text.lastIndexOf('@') + 1;
    return parseMailbox(text.slice(0, at) + withDot(text.slice(at), form), { maxLocalPart: MAILBOX_LIMIT });
  }
  if (form.origin === undefined) return malformed('an address without a domain');
  const quoted = /^"([^"\\]*)"$/.exec(text)?.[1];
  if (quoted === undefined && !/^[^\s<>()",;:\\]+$/.test(text)) return malformed('not one address');
  return mailboxOf(quoted ?? text, form.origin, MAILBOX_LIMIT);
}

/** append_dot_mydomain. */
export function withDot(domain: string, { dotDomain }: StandardForm): string {
  const isWhole = dotDomain === undefined || domain === '' || domain.includes('.') || domain.startsWith('[');
  return isWhole ? domain : `${domain}.${dotDomain}`;
}

/** The address with a whole domain; undefined where it has one already. */
export function standardised(address: Mailbox, form: StandardForm): Mailbox | undefined {
  if (form.dotDomain === undefined || address.domain.kind !== 'domain') return undefined;
  const { ascii } = address.domain;
  const whole = withDot(ascii, form);
  if (whole === ascii) return undefined;
  const domain = parseDomain(whole);
  if (domain.kind === 'malformed') return undefined;
  const longer = mailboxOf(address.localPart, domain.value, MAILBOX_LIMIT);
  return longer.kind === 'parsed' ? longer.value : undefined;
}
