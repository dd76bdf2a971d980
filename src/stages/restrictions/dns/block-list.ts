/**
 * Lists in the DNS (RFC 5782) as Postfix's reject_rbl_client, reject_rhsbl_*, permit_dnswl_client and permit_rhswl_client name
 * them: `zen.example` or `zen.example=127.0.0.[2..11]`. What is asked, and which answers count. One thing differs on purpose:
 * an error answer (outside of 127.0.0.0/8, or of 127.255.255.0/24) never counts, where Postfix without filter takes any.
 */
import { excerpt } from '../../../values/characters.js';
import { canBeListing, errorAnswer, listQuery } from '../../../values/dns-list.js';
import { parseDomain } from '../../../values/domain.js';
import type { IpAddress } from '../../../values/ip.js';
import { malformed, type Parsed, parsed } from '../../../values/parsed.js';
import { matchesFilter, parseReplyFilter, type ReplyFilter } from '../../../values/reply-filter.js';

export interface BlockList {
  readonly kind: 'block-list';
  /** As its author wrote it, filter included: the one key that Postfix looks up in rbl_reply_maps. */
  readonly text: string;
  /** As its author wrote it: `$rbl_domain`. */
  readonly domain: string;
  /** What is asked below: A-labels. */
  readonly zone: string;
  readonly filter: ReplyFilter | undefined;
}

/** `zen.example`, `zen.example=127.0.0.[2..11;20]`. */
export function parseBlockList(text: string): Parsed<BlockList> {
  const equals = text.indexOf('=');
  const domain = equals < 0 ? text : text.slice(0, equals);
  const name = parseDomain(domain, { underscores: true });
  if (name.kind === 'malformed') return malformed(`the domain of a list: ${name.why}`, name.at);
  const list = { kind: 'block-list', text, domain, zone: name.value.ascii } as const;
  if (equals < 0) return parsed({ ...list, filter: undefined });
  const filter = parseReplyFilter(text.slice(equals + 1));
  if (filter.kind === 'malformed') return malformed(filter.why, equals + 1 + filter.at);
  if (!canBeListing(filter.value)) {
    return malformed(`no list answers so: a listing is in 127.0.0.0/8, and not in 127.255.255.0/24`, equals + 1);
  }
  return parsed({ ...list, filter: filter.value });
}

/** The question for an address: `2.0.0.127.zen.example`, 32 nibbles for IPv6. */
export function addressQuery(list: BlockList, ip: IpAddress): string {
  return listQuery(ip, list.zone);
}

/**
 * The question for a host name, or for the domain of an address. Undefined where Postfix does not ask: for an address literal,
 * a name that ends in a number (lists for domains refuse these), and what is no host name.
 */
export function domainQuery(list: BlockList, what: string): string | undefined {
  const name = parseDomain(what.slice(what.lastIndexOf('@') + 1), { underscores: true });
  return name.kind === 'parsed' ? listQuery(name.value, list.zone) : undefined;
}

export interface Judgement {
  readonly listed: boolean;
  /** Those that count, when listed. */
  readonly addresses: readonly string[];
  /** One remark for each error answer, for the trace and the log. */
  readonly notes: readonly string[];
}

/** Whether the answer says "listed". */
export function judgeAnswer(list: BlockList, query: string, answers: readonly IpAddress[]): Judgement {
  const notes = answers.flatMap((ip) => {
    const why = errorAnswer(ip);
    return why === undefined ? [] : [`error answer, no listing: ${ip.text} for ${excerpt(query)} (${why})`];
  });
  const { filter } = list;
  const addresses = answers
    .filter((ip) => errorAnswer(ip) === undefined && (filter === undefined || matchesFilter(filter, ip)))
    .map((ip) => ip.text);
  return { listed: addresses.length > 0, addresses, notes };
}
