/**
 * Addresses within local parts, as trivial-rewrite(8) of Postfix reads them at a local domain: `user@domain` in quotes
 * (resolve_dequoted_address), `domain!user` (swap_bangpath), `user%domain` (allow_percent_hack). RFC 5321 appendix F.2 says of
 * such routes that nobody need know them. Whether the outer domain is local, and who may use this, is the caller's question.
 */
import { MAILBOX_LIMIT, type Mailbox, mailboxOf } from './address.js';
import { parseMailbox } from './mailbox.js';
import type { Parsed } from './parsed.js';

export interface RouteSyntax {
  readonly percentHack: boolean;
  readonly bangPaths: boolean;
}

/** Undefined where the local part holds no address. */
export function addressWithin({ localPart }: Mailbox, syntax: RouteSyntax): Parsed<Mailbox> | undefined {
  const inner = split(localPart, syntax);
  if (inner === undefined) return undefined;
  const base = parseMailbox(`x@${inner.domain}`, { underscores: true });
  return base.kind === 'parsed' ? mailboxOf(inner.user, base.value.domain, MAILBOX_LIMIT) : base;
}

interface Inner {
  readonly user: string;
  readonly domain: string;
}

function split(local: string, { percentHack, bangPaths }: RouteSyntax): Inner | undefined {
  const at = local.lastIndexOf('@');
  if (at >= 0) return { user: local.slice(0, at), domain: local.slice(at + 1) };
  const bang = bangPaths ? local.indexOf('!') : -1;
  if (bang >= 0) return { user: local.slice(bang + 1), domain: local.slice(0, bang) };
  const percent = percentHack ? local.lastIndexOf('%') : -1;
  return percent < 0 ? undefined : { user: local.slice(0, percent), domain: local.slice(percent + 1) };
}
