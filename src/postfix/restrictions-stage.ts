/**
 * Postfix's smtpd_*_restrictions as one stage at RCPT, where smtpd_delay_reject = yes has them: the lists one after the
 * other, in each the first element that permits ends that list, the first that refuses ends all. HOLD, DISCARD and
 * REDIRECT of access(5) are kept until the end, when nothing has refused, as smtpd does it.
 */
import { type Decision, defer, discard, type Final, hold, redirect, reject } from '../core/decision.js';
import { type FindingKey, finding } from '../core/finding.js';
import type { Session } from '../core/session.js';
import { type Ask, type Context, defineStage, type Stage } from '../core/stage.js';
import type { Table } from '../core/table.js';
import type { RcptFacts } from '../core/transaction.js';
import { actionOf } from '../stages/access/access-table.js';
import { type AccessAction, worded } from '../stages/access/action.js';
import { accessKeys, addressKeys, domainKeys, NULL_SENDER_KEY } from '../tables/address-keys.js';
import { type DomainSet, readDomains } from '../tables/domain-set.js';
import { searchTable } from '../tables/search.js';
import type { Mailbox } from '../values/address.js';
import { parseNetwork } from '../values/network.js';
import { type NetworkMap, networkMap } from '../values/network-map.js';
import { reply, replyFromText } from '../values/reply.js';
import { type AccessKind, type Restriction, type RestrictionList, restrictionLists } from './restrictions.js';

export interface RestrictionsFinding {
  /** The element that ended each list, as written; lists that ran to their end are not in it. */
  readonly endedBy: Readonly<Partial<Record<RestrictionList, string>>>;
}

export const restrictionsFinding: FindingKey<'smtpdRestrictions', RestrictionsFinding> = finding('smtpdRestrictions');

export interface RestrictionsOptions {
  readonly restrictions: readonly Restriction[];
  readonly networks: readonly string[];
  /** Domains that anybody may send to: exact names. */
  readonly domains: readonly string[];
  /** With all below them. */
  readonly relayDomains: readonly string[];
  readonly recipientDelimiter: string;
}

export interface RestrictionsStage
  extends Stage<{
    readonly name: 'smtpdRestrictions';
    readonly at: 'rcpt';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly smtpdRestrictions: RestrictionsFinding };
    readonly edits: never;
    readonly accepts: false;
    readonly decides: 'hold' | 'redirect';
  }> {}

/** What one element says. */
type Word = 'next' | 'permit' | Final;

interface Compiled {
  readonly networks: NetworkMap<string>;
  readonly domains: DomainSet;
  readonly relayDomains: DomainSet;
  readonly recipientDelimiter: string;
}

type Asks = Readonly<Record<string, Ask & { readonly port: Table }>>;

export function smtpdRestrictions(options: RestrictionsOptions): RestrictionsStage {
  const { restrictions } = options;
  const compiled = compile(options);
  const asks: Asks = Object.fromEntries(
    restrictions.flatMap((one) =>
      'table' in one ? [[one.port, { port: one.table, cannotTell: 'defer' as const }]] : [],
    ),
  );
  return defineStage({
    name: 'smtpdRestrictions',
    at: 'rcpt',
    gives: [restrictionsFinding],
    decides: ['hold', 'redirect'],
    asks,
    run: async (tx, ctx) => new Evaluation(compiled, tx, ctx).run(restrictions),
  });
}

class Evaluation {
  readonly #compiled: Compiled;
  readonly #tx: RcptFacts;
  readonly #ctx: Context<Asks>;
  /** Kept until nothing has refused. */
  readonly #kept: Partial<Record<'discard' | 'hold' | 'redirect', Final>> = {};

  constructor(compiled: Compiled, tx: RcptFacts, ctx: Context<Asks>) {
    this.#compiled = compiled;
    this.#tx = tx;
    this.#ctx = ctx;
  }

  async run(restrictions: readonly Restriction[]): Promise<{
    readonly findings: { readonly smtpdRestrictions: RestrictionsFinding };
    readonly decision?: Exclude<Decision, { kind: 'continue' | 'for-some' | 'accept' | 'quarantine' }>;
  }> {
    const endedBy: Partial<Record<RestrictionList, string>> = {};
    const findings = restrictionsFinding.of({ endedBy });
    for (const list of restrictionLists) {
      for (const one of restrictions) {
        if (one.list !== list) continue;
        const word = await this.#apply(one);
        if (word === 'next') continue;
        endedBy[list] = one.text;
        if (word !== 'permit') return { findings, decision: word as FinalHere };
        break;
      }
    }
    const kept = this.#kept.discard ?? this.#kept.hold ?? this.#kept.redirect;
    return kept === undefined ? { findings } : { findings, decision: kept as FinalHere };
  }

  async #apply(one: Restriction): Promise<Word> {
    if ('table' in one) return this.#access(one);
    const { word, on } = this.#simple(one);
    if (word !== 'next' || this.#ctx.detail) this.#note(one, word !== 'next', on, resultText(word));
    return word;
  }

  #simple({ kind, text }: Exclude<Restriction, { table: Table }>): { readonly word: Word; readonly on: string } {
    const { session, recipient } = this.#tx;
    const { address } = recipient;
    const on = session.client.ip?.text ?? (session.protocol === 'local' ? 'this host' : 'unknown');
    const ours = (): boolean => this.#isOurs(address);
    switch (kind) {
      case 'permit':
        return { word: 'permit', on };
      case 'reject':
        return { word: reject('access', worded(denied, address.text, 'Recipient address'), text), on: address.text };
      case 'defer':
        return { word: defer('access', worded(notNow, address.text, 'Recipient address'), text), on: address.text };
      case 'permit_mynetworks':
        return { word: this.#inNetworks(session) ? 'permit' : 'next', on };
      case 'permit_sasl_authenticated':
        return { word: session.login === undefined ? 'next' : 'permit', on: session.login?.name ?? 'no login' };
      case 'permit_auth_destination':
        return { word: ours() ? 'permit' : 'next', on: address.text };
      case 'reject_unauth_destination':
      case 'defer_unauth_destination':
        return { word: ours() ? 'next' : relayDenied(kind === 'reject_unauth_destination', address), on: address.text };
    }
  }

  async #access(one: Extract<Restriction, { table: Table }>): Promise<Word> {
    const { table, port, text } = one;
    const { keys, subject, what } = this.#question(one.kind);
    const answer = await searchTable(table, keys, (key) => this.#ctx.ask(port, 'lookup', key));
    if (answer.kind !== 'found') {
      if (this.#ctx.detail) this.#note(one, false, subject, undefined);
      return 'next';
    }
    const { key, entry } = answer.value;
    this.#note(one, true, subject, `${key} ${entry.value}`);
    if (entry.source !== undefined) {
      const result = entry.value.slice(0, 200);
      this.#ctx.note({
        kind: 'rule',
        source: entry.source,
        text: `${key} ${entry.value}`.slice(0, 200),
        matched: true,
        result,
      });
    }
    return this.#act(actionOf(entry.value), subject, what, `${text}: ${key} ${entry.value}`);
  }

  #act(action: AccessAction, subject: string, what: string, detail: string): Word {
    switch (action.kind) {
      case 'ok':
        // "too suspicious for returning an OK result" (smtpd_check.c): another host may read the local part as a route.
        return isRoute(this.#tx.recipient.address) && what === 'Recipient address' ? 'next' : 'permit';
      case 'reject':
        return reject('access', worded(action.reply, subject, what), detail);
      case 'defer':
        return defer('access', worded(action.reply, subject, what), detail);
      case 'discard':
        this.#kept.discard ??= discard('access', detail);
        return 'next';
      case 'hold':
        this.#kept.hold ??= hold('access', detail);
        return 'next';
      case 'redirect':
        this.#kept.redirect ??= redirect(action.to, 'access', detail);
        return 'next';
      case 'dunno':
      case 'warn':
      case 'info':
        return 'next';
    }
  }

  #question(kind: AccessKind): { readonly keys: readonly string[]; readonly subject: string; readonly what: string } {
    const { session, helo, sender, recipient } = this.#tx;
    const { recipientDelimiter } = this.#compiled;
    switch (kind) {
      case 'check_client_access': {
        const { ip, name } = session.client;
        const host = name.kind === 'verified' ? name.name.ascii : 'unknown';
        const addresses = ip === undefined ? [] : addressKeys(ip);
        return {
          keys: [...domainKeys(host), ...addresses],
          subject: `${host}[${ip?.text ?? 'unknown'}]`,
          what: 'Client host',
        };
      }
      case 'check_helo_access':
        return { keys: helo === undefined ? [] : domainKeys(helo), subject: helo ?? '', what: 'Helo command' };
      case 'check_sender_access': {
        const isNull = sender.kind === 'null-path';
        const keys = isNull ? [NULL_SENDER_KEY] : accessKeys(sender, { recipientDelimiter });
        return { keys, subject: isNull ? '' : sender.text, what: 'Sender address' };
      }
      case 'check_recipient_access': {
        const keys = accessKeys(recipient.address, { recipientDelimiter });
        return { keys, subject: recipient.address.text, what: 'Recipient address' };
      }
    }
  }

  /** Mail that came without a connection is this host's own. */
  #inNetworks({ client, protocol }: Session): boolean {
    if (client.ip === undefined) return protocol === 'local';
    return this.#compiled.networks.find(client.ip) !== undefined;
  }

  /** Postfix's permit_auth_destination, with allow_untrusted_routing = no. */
  #isOurs(address: Mailbox): boolean {
    const { domains, relayDomains } = this.#compiled;
    const { domain } = address;
    if (isRoute(address)) return false;
    return domains.has(domain) || relayDomains.has(domain) || relayDomains.hasParentOf(domain);
  }

  #note({ source, text, list }: Restriction, matched: boolean, on: string, result: string | undefined): void {
    const note = {
      kind: 'rule',
      source,
      text: `${list}: ${text}`.slice(0, 200),
      matched,
      on: on.slice(0, 200),
    } as const;
    this.#ctx.note(result === undefined ? note : { ...note, result: result.slice(0, 200) });
  }
}

type FinalHere = Exclude<Final, { kind: 'accept' | 'quarantine' }>;

/** access_map_reject_code and access_map_defer_code of postconf(5). */
const denied = reply(554, '5.7.1', 'Access denied');
const notNow = reply(450, '4.7.1', 'Access denied');
const noRelay = reply(554, '5.7.1', 'Relay access denied');
const noRelayNow = reply(454, '4.7.1', 'Relay access denied');

function relayDenied(forGood: boolean, { text }: Mailbox): Final {
  const shown = replyFromText(`<${text}>: Relay access denied`, forGood ? noRelay : noRelayNow);
  const detail = 'not a domain of ours, and the client may not relay';
  return forGood ? reject('relay-denied', shown, detail) : defer('relay-denied', shown, detail);
}

function isRoute({ localPart }: Mailbox): boolean {
  return /[@%!]/.test(localPart);
}

function resultText(word: Word): string | undefined {
  return typeof word === 'string' ? (word === 'permit' ? word : undefined) : word.kind;
}

/** The lists were checked when main.cf was read: what is wrong is reported there, with its line. */
function compile({ networks, domains, relayDomains, recipientDelimiter }: RestrictionsOptions): Compiled {
  const entries = networks.flatMap((value) => {
    const network = parseNetwork(value);
    return network.kind === 'parsed' ? [{ network: network.value, value }] : [];
  });
  return {
    networks: networkMap(entries),
    domains: readDomains(domains, 'mydestination').set,
    relayDomains: readDomains(relayDomains, 'relay_domains').set,
    recipientDelimiter,
  };
}
