/**
 * Functions about header fields, hosts and addresses, by plugin. Left out: check_for_from_domain_in_received_headers (no
 * rule of SpamAssassin 4 uses it), the functions of AWL, TxRep and AccessDB (they need a store of their own).
 */
import type { EvalModule } from './eval.js';
import { forgedReceived } from './forged-received.js';
import { freeMail } from './free-mail.js';
import { fromNameSpoof } from './from-name-spoof.js';
import { headerDates } from './header-dates.js';
import { headerRecipients, ratwareSender } from './header-recipients.js';
import { headerCharsets, headerTexts } from './header-texts.js';
import { relayEvals } from './relay-evals.js';
import { senderDomains, uriHostLists } from './uri-host-lists.js';
import { welcomeListSubject } from './welcome-list-subject.js';
import { welcomeLists } from './welcome-lists.js';

export const headerModules: readonly EvalModule[] = [
  headerDates,
  headerTexts,
  headerCharsets,
  headerRecipients,
  ratwareSender,
  forgedReceived,
  relayEvals,
  freeMail,
  fromNameSpoof,
  welcomeLists,
  uriHostLists,
  senderDomains,
  welcomeListSubject,
];
