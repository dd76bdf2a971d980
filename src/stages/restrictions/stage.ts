/**
 * Postfix's smtpd_*_restrictions as one bundle of stages, a list for each phase of a policy: spread them all, or what access
 * tables want done with the message (HOLD, FILTER ...) is lost. Each list ends with the first element that permits; the first that
 * refuses ends all.
 */
import { assemble } from './assemble.js';
import {
  type Built,
  clientStage,
  heloStage,
  type SmtpdClientRestrictionsStage,
  type SmtpdHeloRestrictionsStage,
  type SmtpdSenderRestrictionsStage,
  senderStage,
} from './early-stages.js';
import { decidesOf } from './effects.js';
import {
  dataStage,
  effectsStage,
  endOfDataStage,
  type SmtpdDataRestrictionsStage,
  type SmtpdEffectsStage,
  type SmtpdEndOfDataRestrictionsStage,
} from './message-stages.js';
import { rcptStage, type SmtpdRestrictionsStage } from './rcpt-stage.js';
import type { Need, Restriction } from './restriction.js';
import type { RestrictionSettings } from './settings.js';

/** In the order in which they are applied. An empty list permits. */
export interface RestrictionLists<N extends Need> {
  readonly client?: readonly Restriction<N>[];
  /** Applied when the client gave a HELO name. */
  readonly helo?: readonly Restriction<N>[];
  readonly sender?: readonly Restriction<N>[];
  readonly relay?: readonly Restriction<N>[];
  readonly recipient?: readonly Restriction<N>[];
  /** Restrictions of a recipient say something here and below only when there is one, as in Postfix. */
  readonly data?: readonly Restriction<N>[];
  readonly endOfData?: readonly Restriction<N>[];
  /** smtpd_delay_reject: false applies the lists of the client, HELO and the sender at their own commands. A server must then
   * answer what is refused at HELO there (`delayHello: false`). Default true: at RCPT. */
  readonly delayReject?: boolean;
}

/** The settings, of which those that the restrictions need must be there. */
export type SettingsFor<N extends Need> = RestrictionSettings & Required<Pick<RestrictionSettings, N>>;

/**
 * Lists for every phase, of which none may be forgotten: without `message` and `last`, HOLD, DISCARD, FILTER, PREPEND, BCC and
 * REDIRECT of access tables do nothing. `withRestrictions` puts each where it belongs.
 */
export interface SmtpdRestrictionsStages {
  /** The first three: none, unless `delayReject` is false. */
  readonly connect: readonly SmtpdClientRestrictionsStage[];
  readonly helo: readonly SmtpdHeloRestrictionsStage[];
  readonly mail: readonly SmtpdSenderRestrictionsStage[];
  readonly rcpt: readonly [SmtpdRestrictionsStage];
  /** None where `data` has no restriction. */
  readonly data: readonly SmtpdDataRestrictionsStage[];
  /** First at `message`. */
  readonly message: readonly [SmtpdEndOfDataRestrictionsStage];
  /** Last at `message`: HOLD and REDIRECT, which do not save a message from checks of its content. */
  readonly last: readonly SmtpdEffectsStage[];
}

/**
 * Throws ConfigurationError `restrictions` with everything that is wrong: settings that are missing, tables whose values are no
 * actions, lists of the DNS that are none.
 */
export function smtpdRestrictions<N extends Need = never>(
  options: RestrictionLists<N> & SettingsFor<NoInfer<N>>,
): SmtpdRestrictionsStages {
  // Needs are of the compiler's concern; `assemble` looks again.
  const given: RestrictionLists<Need> & RestrictionSettings = options;
  const { client = [], helo = [], sender = [], relay = [], recipient = [], ...others } = given;
  const { data = [], endOfData = [], delayReject = true, ...settings } = others;
  const all = [client, helo, sender, relay, recipient, data, endOfData].flat();
  const { known, portsOf, effects } = assemble(all, settings);
  const built = (list: readonly Restriction[], unlisted = false): Built => {
    const ports = portsOf(list, unlisted);
    return { known, ports, asks: ports.asks };
  };
  const early = delayReject ? { client, helo, sender } : undefined;
  const asks = known.rejectUnlistedRecipient !== false || known.rejectUnlistedSender === true;
  const atRcpt = [...(delayReject ? [...client, ...helo, ...sender] : []), ...relay, ...recipient];
  return {
    connect: delayReject || client.length === 0 ? [] : [clientStage(client, built(client))],
    helo: delayReject || helo.length === 0 ? [] : [heloStage(helo, built(helo))],
    mail: delayReject ? [] : [senderStage(sender, built(sender, known.rejectUnlistedSender === true))],
    rcpt: [rcptStage({ early, relay, recipient }, built(atRcpt, asks))],
    data: data.length === 0 ? [] : [dataStage(data, built(data))],
    message: [endOfDataStage(endOfData, { ...built(endOfData), effects })],
    last: decidesOf(effects).length === 0 ? [] : [effectsStage(effects)],
  };
}
