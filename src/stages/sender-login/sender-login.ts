/**
 * The sender address must belong to whoever is logged in: Postfix's reject_sender_login_mismatch and its kin with
 * smtpd_sender_login_maps, as a stage by itself (RFC 6409 section 6.1: a submission server may enforce it). The null
 * path belongs to everybody. The address in the field From is not looked at.
 */
import { reject } from '../../core/decision.js';
import { type FindingKey, finding } from '../../core/finding.js';
import { defineStage, type Stage } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { Table } from '../../core/table.js';
import { virtualKeyTexts } from '../../tables/address-keys.js';
import { readDomains } from '../../tables/domain-set.js';
import { ownersOf } from '../../tables/owner-list.js';
import { searchTable } from '../../tables/search.js';
import { type Mailbox, writtenAddress } from '../../values/address.js';
import type { Answer } from '../../values/answer.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { aText, checkedOptions, oneOf, portWith, required, texts } from '../../values/given-options.js';
import { reply, replyFromText } from '../../values/reply.js';

export interface SenderLoginOptions {
  /** The logins that own an address, with commas or blanks between, `"in quotes"` where one has a blank in it; by
   * `user@domain`, `@domain`, and at `localDomains` by `user`: for one `directorySenderLogins`. */
  readonly owners: Table;
  /** An address without an owner: `refuse` it to those who are logged in, or let it `pass`
   * (reject_known_sender_login_mismatch). Default `refuse`. */
  readonly unowned?: 'refuse' | 'pass';
  /** An address that has an owner, from a client that is not logged in: `refuse` it or let it `pass`. To refuse it
   * is for servers that get no mail from outside: forwarders and lists use our addresses too. Default `pass`. */
  readonly strangers?: 'refuse' | 'pass';
  /** Domains whose addresses are asked for by the local part alone too: needed for `bareNames` of
   * `directorySenderLogins`. Default none. */
  readonly localDomains?: readonly string[];
  /** Characters that begin an address extension: `user+news@domain` belongs to the owner of `user@domain`. Default
   * none. */
  readonly recipientDelimiter?: string;
  /** When the table cannot tell. Default `defer`. */
  readonly cannotTell?: 'defer' | 'reject';
}

export interface SenderLoginFinding {
  /** `own`: the login's. `null-path`: of nobody and everybody. `not-judged`: the client is not logged in, and
   * strangers pass. `cannot-tell`: the table cannot say whose it is. */
  readonly result: 'own' | 'foreign' | 'unowned' | 'null-path' | 'not-judged' | 'cannot-tell';
  /** As the table has them; empty where there are none, and where nobody was asked. */
  readonly owners: readonly string[];
}

export const senderLoginFinding: FindingKey<'senderLogin', SenderLoginFinding> = finding('senderLogin');

export interface SenderLoginStage
  extends Stage<{
    readonly name: 'senderLogin';
    readonly at: 'mail';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly senderLogin: SenderLoginFinding };
    readonly edits: never;
    readonly accepts: false;
    readonly decides: never;
  }> {}

const refusal = reply(553, '5.7.1', 'Sender address rejected');

const RULES = {
  owners: required(portWith('a table: directorySenderLogins(...)', 'lookup')),
  unowned: oneOf('refuse', 'pass'),
  strangers: oneOf('refuse', 'pass'),
  localDomains: texts,
  recipientDelimiter: aText,
  cannotTell: oneOf('defer', 'reject'),
} as const;

/** Throws ConfigurationError `options`: `no-such-option`, `bad-option`, and `bad-domain` or `wildcard-domain` for a
 * wrong domain. */
export function senderLogin(options: SenderLoginOptions): SenderLoginStage {
  const problems: Problem[] = [];
  const right = checkedOptions('senderLogin', options, RULES, problems);
  const { owners: table, unowned = 'refuse', strangers = 'pass', recipientDelimiter = '' } = right;
  const local = readDomains(right.localDomains ?? [], 'localDomains');
  problems.push(...local.problems);
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  const keysOf = (address: Mailbox): readonly string[] =>
    virtualKeyTexts(address, local.set.has(address.domain), { recipientDelimiter });

  function judge(address: Mailbox, login: string | undefined, owners: readonly string[] | undefined): Judged {
    const no = (result: 'foreign' | 'unowned', why: string): Judged => {
      const text = `<${writtenAddress(address)}>: Sender address rejected: ${why}`;
      const evidence = owners === undefined ? 'it has no owner' : `it belongs to ${owners.slice(0, 5).join(', ')}`;
      return { ...given(result, owners), decision: reject('authentication', replyFromText(text, refusal), evidence) };
    };
    if (login === undefined) return owners === undefined ? given('unowned') : no('foreign', 'not logged in');
    if (owners === undefined)
      return unowned === 'pass' ? given('unowned') : no('unowned', `not owned by user ${login}`);
    const own = owners.some((one) => one.toLowerCase() === login.toLowerCase());
    return own ? given('own', owners) : no('foreign', `not owned by user ${login}`);
  }

  return defineStage({
    name: 'senderLogin',
    at: 'mail',
    gives: [senderLoginFinding],
    asks: { owners: { port: table, cannotTell: right.cannotTell ?? 'defer' } },
    run: ({ session, sender }, ctx) => {
      const login = session.login?.name;
      if (sender.kind === 'null-path') return given('null-path');
      if (login === undefined && strangers === 'pass') return given('not-judged');
      // A list with patterns in it has a method for parts of a key (MixedTable); no other is asked by it.
      const answer = searchTable(table, keysOf(sender), (key, method) => ctx.ask('owners', method as 'lookup', key));
      return andThen(answer, (came) =>
        came.kind === 'cannot-tell' ? given('cannot-tell') : judge(sender, login, ownersIn(came)),
      );
    },
  });
}

interface Judged {
  readonly findings: { readonly senderLogin: SenderLoginFinding };
  readonly decision?: ReturnType<typeof reject>;
}

function given(result: SenderLoginFinding['result'], owners: readonly string[] = []): Judged {
  return { findings: senderLoginFinding.of({ result, owners }) };
}

/** Undefined where the address is in no table: that is not the same as a list of nobody. */
function ownersIn(answer: Answer<{ readonly entry: { readonly value: string } }>): readonly string[] | undefined {
  if (answer.kind !== 'found') return undefined;
  return ownersOf(answer.value.entry.value);
}
