/**
 * Lists of restrictions one after the other, as at one command: in each the first element that permits ends that list, the first
 * that refuses ends all. What every stage of the bundle has in common.
 */
import type { MaybePromise } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { MailFacts } from '../../core/transaction.js';
import { unlistedSender } from './addresses.js';
import type { Check, Facts } from './check.js';
import type { RestrictionsFinding } from './findings.js';
import { clientPlace, senderPlace } from './places.js';
import type { Place, Restriction, RestrictionList, Verdict } from './restriction.js';

export interface OrderedList {
  readonly name: RestrictionList;
  readonly list: readonly Restriction[];
  /** Undefined: there is nothing to apply the list to. */
  readonly place: Place | undefined;
  /** smtpd forgets at each command what it put off for a refusal; relay and recipient lists are of one command. */
  readonly begins: boolean;
}

/** `next` when no list refused and none discards. */
export class Lists {
  readonly #check: Check;
  readonly #lists: readonly OrderedList[];
  readonly #endedBy: Partial<Record<RestrictionList, string>> = {};

  constructor(check: Check, lists: readonly OrderedList[]) {
    this.#check = check;
    this.#lists = lists;
  }

  apply(at = 0): MaybePromise<Verdict> {
    const one = this.#lists[at];
    if (one === undefined) return 'next';
    if (one.begins) this.#check.beginPhase();
    return andThen(this.#list(one), (word) => {
      if (word !== 'next') this.#endedBy[one.name] = typeof word === 'string' ? word : word.kind;
      if (typeof word === 'object' || word === 'discard') return word;
      if (one.name !== 'sender') return this.apply(at + 1);
      return andThen(this.#unlistedSender(), (said) => (said === 'next' ? this.apply(at + 1) : said));
    });
  }

  #list({ name, list, place }: OrderedList): MaybePromise<Verdict> {
    return place === undefined || list.length === 0 ? 'next' : this.#check.runList(name, list, place);
  }

  /** smtpd_reject_unlisted_sender: where no list has asked already. */
  #unlistedSender(): MaybePromise<Verdict> {
    const { known, senderChecked, facts } = this.#check;
    const { sender } = facts;
    if (known.rejectUnlistedSender !== true || senderChecked) return 'next';
    if (sender === undefined || sender.kind === 'null-path') return 'next';
    const name = 'smtpd_reject_unlisted_sender';
    this.#check.list = name;
    return andThen(unlistedSender(this.#check, sender), (said) =>
      this.#check.unwritten(name, 'the address must exist', said),
    );
  }

  get finding(): RestrictionsFinding {
    const { kept, ifPermit } = this.#check;
    return { endedBy: this.#endedBy, effects: kept, ...(ifPermit !== undefined && { putOff: ifPermit }) };
  }
}

/** The lists of the client, HELO and MAIL, wherever they are applied. */
export function clientList(list: readonly Restriction[], { session }: Pick<MailFacts, 'session'>): OrderedList {
  return { name: 'client', list, place: clientPlace(session), begins: true };
}

/** Applied when the client gave a HELO name. */
export function heloList(list: readonly Restriction[], { helo }: Pick<MailFacts, 'helo'>): OrderedList {
  const place: Place | undefined = helo === undefined ? undefined : { subject: helo, what: 'Helo command' };
  return { name: 'helo', list, place, begins: true };
}

export function senderList(list: readonly Restriction[], { sender }: Pick<MailFacts, 'sender'>): OrderedList {
  return { name: 'sender', list, place: senderPlace(sender), begins: true };
}

/** Before MAIL there are none of the later facts. */
export function earlyFacts(facts: Pick<MailFacts, 'session'> & Partial<MailFacts>, state: Facts['state']): Facts {
  const { session, helo, id = '', sender, mailParameters = {} } = facts;
  return { session, helo, id, sender, mailParameters, recipient: undefined, recipientCount: 0, state, size: undefined };
}
