/**
 * Which addresses exist, by the tables of routing: what reject_unlisted_recipient and reject_unlisted_sender ask, as a port
 * that the restrictions, and servers, are given.
 */
import type { PortCall } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { AddressResolver } from '../../ports/address-resolver.js';
import type { Listing, RecipientTable, RecipientValidator } from '../../ports/recipient-validator.js';
import { inquire } from '../../tables/asking.js';
import type { MixedTable } from '../../tables/memory-table.js';
import type { Mailbox, ReversePath } from '../../values/address.js';
import { type Answer, type CannotTell, found, notFound } from '../../values/answer.js';
import { compile } from './compile.js';
import { type Listed, type ListedAs, listing } from './listed.js';
import { nextHopOf, type Resolved, type Unresolved } from './next-hop.js';
import type { AddressClass, RouteOptions } from './options.js';
import type { AskTable, Tables } from './questions.js';

const nobody: ReversePath = { kind: 'null-path' };

const tableOf: Readonly<Record<AddressClass, RecipientTable>> = {
  local: 'local recipient table',
  virtual: 'virtual alias table',
  mailbox: 'virtual mailbox table',
  relay: 'relay recipient table',
  remote: 'relay recipient table',
};

/** Throws ConfigurationError `options`, as `route` does. Its answers are promises only where a table's are. */
export function recipientValidator(options: RouteOptions): RecipientValidator {
  const compiled = compile(options);
  const { tables } = compiled;
  return {
    listing(address: Mailbox, as: ListedAs, call?: PortCall) {
      const ask = asking(tables, call);
      return andThen(inquire(listing(address, as, nobody, compiled), { tables, ask }), answerOf);
    },
  };
}

/** What an address is before aliases, by the same tables. Throws ConfigurationError `options`, as `route` does. */
export function addressResolver(options: RouteOptions): AddressResolver {
  const compiled = compile(options);
  const { tables } = compiled;
  return {
    resolve(address: Mailbox, sender: ReversePath, call?: PortCall) {
      const answer = (resolved: Resolved | Unresolved | CannotTell): Answer<Mailbox> => {
        if (resolved.kind === 'cannot-tell') return resolved;
        // What nobody can read stays as it is: it is nobody's.
        return found(resolved.kind === 'unresolved' ? address : resolved.address);
      };
      return andThen(inquire(nextHopOf(address, sender, compiled), { tables, ask: asking(tables, call) }), answer);
    },
  };
}

function asking(tables: Tables, call: PortCall | undefined): AskTable {
  return (name, key, method) => (tables[name] as MixedTable | undefined)?.[method](key, call) ?? notFound();
}

const UNKNOWN = /^(?:5\.1\.1 )?User unknown(?: in .* table)?$/;

function answerOf(known: Listed | CannotTell): Answer<Listing> {
  if (known.kind === 'cannot-tell') return known;
  if (known.kind === 'listed') return known.class === 'remote' ? notFound() : found({ kind: 'listed' });
  if (UNKNOWN.test(known.why)) return found({ kind: 'unlisted', table: tableOf[known.class] });
  const [, enhanced, text = known.why] = /^([45]\.[0-9]{1,3}\.[0-9]{1,3})\s+(.*)$/.exec(known.why) ?? [];
  const temporary = known.reply.code < 500;
  return found({ kind: 'refused', text, ...(enhanced !== undefined && { enhanced }), ...(temporary && { temporary }) });
}
