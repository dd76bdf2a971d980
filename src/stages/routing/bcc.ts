/**
 * Copies: always_bcc, sender_bcc_maps and recipient_bcc_maps of Postfix. One stage at message; each copy is rewritten and routed
 * like any recipient. A copy that is refused for good is left out and noted: nobody who sends should hear of it. One that may go
 * later puts the message off, or it would be lost.
 */
import { defer, type FinalOf } from '../../core/decision.js';
import { type AddRecipient, addRecipient } from '../../core/edit.js';
import { type Context, defineStage, type Stage } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { Table } from '../../core/table.js';
import type { Recipient } from '../../core/transaction.js';
import { type Inquiry, inquire } from '../../tables/asking.js';
import { knownEntries } from '../../tables/memory-table.js';
import { foldedKey, type Mailbox, type ReversePath } from '../../values/address.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { type Reply, reply } from '../../values/reply.js';
import { readAliasValue } from './alias-value.js';
import { asksOf, type TableAsks } from './asks.js';
import { type Compiled, compile } from './compile.js';
import { aliasError, isRefused, isRetry, LOOP, whyOf } from './conclude.js';
import { addressKeysOf, keyOf } from './next-hop.js';
import type { RouteOptions } from './options.js';
import type { Answering, Asking } from './questions.js';
import { type Resolution, resolve } from './resolve.js';
import type { Destination } from './work.js';

export interface BccOptions extends RouteOptions {
  /** An address that gets a copy of every message (always_bcc). */
  readonly always?: string;
  /** By the sender's address, keyed as virtual(5) (sender_bcc_maps). */
  readonly senderCopies?: Table;
  /** By each recipient's address before aliases (recipient_bcc_maps). */
  readonly recipientCopies?: Table;
  /** What canonical(5) and masquerade_domains make of the address of a copy: `recipientRewriting()`. Default: it stays. */
  readonly rewriting?: CopyRewriting;
}

/** Look-ups by name, and the tables that have the names. */
export interface CopyRewriting {
  readonly tables: Readonly<Partial<Record<CopyTable, Table>>>;
  /** Undefined when nothing changes. A fault is one of the tables, and puts the message off. */
  readonly rewrite: (address: Mailbox) => Inquiry<CopyTable, Mailbox | CopyFault | undefined>;
}

export type CopyTable = 'recipientCanonical' | 'senderCanonical' | 'canonical' | 'localDomains';

export interface CopyFault {
  readonly kind: 'fault';
  readonly why: string;
}

export interface BccStage
  extends Stage<{
    readonly name: 'bcc';
    readonly at: 'message';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: Record<never, never>;
    readonly edits: 'add-recipient';
    readonly accepts: false;
    readonly decides: never;
  }> {}

/** The options are those of `route`, so that copies go the same ways. Throws ConfigurationError `options`. */
export function bcc(options: BccOptions): BccStage {
  const compiled = compile(options);
  const problems = problemsOf(options, compiled);
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  const { always, senderCopies, recipientCopies, rewriting, cannotTell = 'defer' } = options;
  const tables = {
    ...compiled.tables,
    ...rewriting?.tables,
    ...(senderCopies !== undefined && { senderCopies }),
    ...(recipientCopies !== undefined && { recipientCopies }),
  };
  return defineStage({
    name: 'bcc',
    at: 'message',
    edits: ['add-recipient'],
    asks: asksOf(tables, cannotTell),
    run: ({ sender, recipients }, ctx: Context<TableAsks>) => {
      const inquiry = copies({ sender, recipients, always, rewriting, compiled });
      const answering: Answering = { tables, ask: (name, key, method) => ctx.ask(name, method, key) };
      return andThen(
        inquire(inquiry, answering),
        (found): { edits: Copies['edits'] } | FinalOf<'defer'> | undefined => {
          if ('kind' in found) return found.kind === 'cannot-tell' ? undefined : putOff(found);
          for (const text of found.skipped) ctx.note({ kind: 'remark', text: `no copy: ${text}`, log: 'warn' });
          return { edits: found.edits };
        },
      );
    },
  });
}

const rewriteError: Reply = reply(451, '4.6.0', 'Address rewriting error');
/** Whoever sends does not learn of the copy. */
const notNow: Reply = reply(451, '4.3.0', 'Mail cannot be delivered now, try again later');

/** A copy that may go later. */
interface Later {
  readonly kind: 'later';
  readonly reply: Reply;
  readonly why: string;
}

function putOff(found: Later | CopyFault): FinalOf<'defer'> {
  return defer('routing', found.kind === 'later' ? found.reply : rewriteError, found.why);
}

interface Copying {
  readonly sender: ReversePath;
  readonly recipients: readonly Recipient[];
  readonly always: string | undefined;
  readonly rewriting: CopyRewriting | undefined;
  readonly compiled: Compiled;
}

interface Copies {
  readonly edits: readonly AddRecipient[];
  readonly skipped: readonly string[];
}

function* copies(copying: Copying): Asking<Copies | CopyFault | Later> {
  const { sender, recipients, always, rewriting, compiled } = copying;
  const edits: AddRecipient[] = [];
  const skipped: string[] = [];
  const known = new Set(recipients.map(({ address }) => foldedKey(address)));
  for (const value of yield* namedCopies(sender, recipients, always, compiled)) {
    const [member] = readAliasValue(value, compiled.aliases);
    const named = member?.kind === 'address' ? member.address : undefined;
    const address = (named && rewriting && (yield* rewriting.rewrite(named))) ?? named;
    if (address?.kind === 'fault') return address;
    if (address === undefined) {
      skipped.push(`${value.slice(0, 200)} is no address`);
      continue;
    }
    const found = endsOf(yield* resolve(address, sender, compiled));
    if ('kind' in found) return { ...found, why: `a copy for ${address.text}: ${found.why}` };
    for (const one of found) {
      if (one.kind !== 'deliver' || isRefused(one)) skipped.push(whyOf(one));
      else if (!known.has(foldedKey(one.address))) {
        known.add(foldedKey(one.address));
        edits.push(addRecipient(one.address, one.nextHop));
      }
    }
  }
  return { edits, skipped };
}

/** The temporary outcomes are those of `route`. */
function endsOf(resolution: Resolution): readonly Destination[] | Later {
  if (resolution.kind === 'over-limit') return { kind: 'later', reply: aliasError, why: resolution.why };
  const { destinations } = resolution;
  if (destinations.length === 0) return { kind: 'later', reply: aliasError, why: LOOP };
  const retry = destinations.find(isRetry);
  return retry === undefined ? destinations : { kind: 'later', reply: notNow, why: whyOf(retry) };
}

/** The addresses as the options have them, each once. */
function* namedCopies(
  sender: ReversePath,
  recipients: readonly Recipient[],
  always: string | undefined,
  compiled: Compiled,
): Asking<ReadonlySet<string>> {
  const values = new Set<string>();
  const add = (value: string | undefined): void => void (value !== undefined && value !== '' && values.add(value));
  add(always);
  if (sender.kind === 'mailbox') add(yield* copyFor('senderCopies', sender, compiled));
  for (const address of namedAddresses(recipients)) add(yield* copyFor('recipientCopies', address, compiled));
  return values;
}

/** Each address once, as it was before aliases. */
function namedAddresses(recipients: readonly Recipient[]): readonly Mailbox[] {
  const named = recipients.map(({ address, origin }) => (origin.kind === 'alias-of' ? origin.address : address));
  return [...new Map(named.map((address) => [foldedKey(address), address])).values()];
}

function* copyFor(
  table: 'senderCopies' | 'recipientCopies',
  address: Mailbox,
  compiled: Compiled,
): Asking<string | undefined> {
  const keys = (yield* addressKeysOf(address, compiled)).map(keyOf);
  return (yield { table, keys })?.entry.value;
}

function problemsOf(options: BccOptions, compiled: Compiled): readonly Problem[] {
  const wrong = (value: string): string | undefined => {
    const [member, other] = readAliasValue(value, compiled.aliases);
    if (other !== undefined) return 'one address is expected';
    return member?.kind === 'address' ? undefined : member?.kind === 'fault' ? member.why : 'an address is expected';
  };
  const always = options.always ? wrong(options.always) : undefined;
  const problems: Problem[] =
    always === undefined
      ? []
      : [{ code: 'bad-address', message: `always (always_bcc): ${always}`, construct: options.always ?? '' }];
  for (const table of [options.senderCopies, options.recipientCopies]) {
    for (const { value, source } of table === undefined ? [] : (knownEntries(table) ?? [])) {
      const message = wrong(value);
      if (message === undefined) continue;
      problems.push({ code: 'bad-address', message, source: source ?? { file: table?.name ?? '' }, construct: value });
    }
  }
  return problems;
}
