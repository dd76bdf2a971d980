/**
 * A policy service in the manner of Postfix's check_policy_service (SMTPD_POLICY_README): it is given what is known of the
 * session and the recipient, and answers with an action of access(5).
 */
import type { MaybePromise, PortCall } from '../core/stage.js';
import type { Answer } from '../values/answer.js';

/** `client_address`, `sender`, `recipient`, ... as SMTPD_POLICY_README names them. Values hold neither LF nor NUL. */
export type PolicyAttributes = Readonly<Record<string, string>>;

export interface PolicyService {
  /** The action (`DUNNO`, `REJECT text`), without `action=`. It is never not-found: a service that does not answer is
   * cannot-tell. */
  decide(attributes: PolicyAttributes, call?: PortCall): MaybePromise<Answer<string>>;
}
