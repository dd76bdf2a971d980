/**
 * check_policy_service: what a policy service is told of a mail, in the words of Postfix's SMTPD_POLICY_README, and what follows
 * from its action. A service that cannot tell refuses for now, unless `defaultAction` says otherwise.
 */
import type { CannotTellRule } from '../../core/decision.js';
import { andThen } from '../../core/stage-context.js';
import type { PolicyAttributes, PolicyService } from '../../ports/policy-service.js';
import { readAction } from '../../tables/access-action.js';
import { applyAction } from './access-result.js';
import type { Check } from './check.js';
import { policyAttributes } from './policy/index.js';
import { type Restriction, type RestrictionOptions, restriction } from './restriction.js';

export interface PolicyServiceOptions extends RestrictionOptions {
  /** Names the service in problems and the trace: `inet:127.0.0.1:10023`. Default `policy`. */
  readonly name?: string;
  /** smtpd_policy_service_default_action, when the service does not answer. */
  readonly defaultAction?: string;
  /** smtpd_policy_service_policy_context. */
  readonly policyContext?: string;
}

const noAnswer = '451 4.3.5 Server configuration problem';

export function checkPolicyService(service: PolicyService, options: PolicyServiceOptions = {}): Restriction<never> {
  const { name = 'policy', defaultAction = noAnswer, policyContext = '' } = options;
  return restriction(
    `check_policy_service ${name}`,
    options,
    (check, place) =>
      andThen(check.decide(service, attributesOf(check, policyContext)), (answer) => {
        if (answer.kind === 'found') return applyAction(check, answer.value, place, `${name}: ${answer.value}`);
        const why = answer.kind === 'cannot-tell' ? answer.why : 'no answer';
        return applyAction(check, defaultAction, place, `${name} could not tell (${why}): ${defaultAction}`);
      }),
    { asked: [{ kind: 'service', service, cannotTell: ruleOf(defaultAction) }] },
  );
}

/** What the default action comes to. */
function ruleOf(defaultAction: string): CannotTellRule {
  const read = readAction(defaultAction);
  if (read.kind === 'fault') return 'defer';
  const { kind } = read.action;
  return kind === 'reject' || kind === 'defer' ? kind : 'continue';
}

function attributesOf({ facts }: Check, context: string): PolicyAttributes {
  const { recipientCount, id, mailParameters, size, session } = facts;
  const declared = mailParameters.SIZE;
  const [certificateFingerprint, publicKeyFingerprint] = session.tls?.fingerprints ?? [];
  return policyAttributes({
    ...facts,
    recipientCount,
    instance: id,
    queueId: id,
    size: size ?? (declared !== undefined && /^[0-9]{1,15}$/.test(declared) ? Number(declared) : 0),
    saslSender: mailParameters.AUTH,
    certificateFingerprint,
    publicKeyFingerprint,
    context,
  });
}
