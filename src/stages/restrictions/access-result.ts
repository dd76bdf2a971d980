/**
 * What follows from a right-hand side of access(5), from a table or from a policy service: smtpd's check_table_result. The
 * parser is that of the plain access stages.
 */
import type { MaybePromise } from '../../core/stage.js';
import { type AccessAction, readAction, worded } from '../../tables/access-action.js';
import type { Check } from './check.js';
import type { Grounds, Place, Verdict } from './restriction.js';

/** `origin` names the table or service in the log. */
export function applyAction(check: Check, value: string, place: Place, origin: string): MaybePromise<Verdict> {
  const read = readAction(value);
  if (read.kind === 'fault') return check.serverError(`${origin}: ${read.message}`);
  const { action } = read;
  switch (action.kind) {
    case 'ok':
      return 'permit';
    case 'dunno':
      return 'next';
    case 'reject':
    case 'defer':
      return check.refuse(groundsOf(check, action, place, origin));
    case 'defer-if-permit':
      return check.deferIfPermit(groundsOf(check, action, place, origin));
    case 'defer-if-reject':
      return check.deferIfReject(groundsOf(check, action, place, origin));
    case 'warn':
    case 'info':
      check.log(action.kind, action.text);
      return 'next';
    case 'prepend':
      if (check.facts.state === 'END-OF-MESSAGE') {
        check.remark(`PREPEND is passed over after the message, as smtpd does: ${origin}`);
        return 'next';
      }
      check.keep(action, origin);
      return 'next';
    case 'discard':
      return check.keep(action, origin) ? 'discard' : 'next';
    case 'hold':
    case 'redirect':
    case 'bcc':
    case 'filter':
      check.keep(action, origin);
      return 'next';
    case 'restrictions': {
      const named = check.known.named(action.text);
      if (named.problems.length > 0) return check.serverError(`${origin}: ${named.problems[0]?.message ?? ''}`);
      return check.run(named.restrictions, place);
    }
  }
}

type Refusing = Extract<AccessAction, { readonly reply: unknown }>;

function groundsOf(check: Check, action: Refusing, { subject, what }: Place, detail: string): Grounds {
  const { kind, reply, fixedCode } = action;
  const { accessReject, accessDefer } = check.known.codes;
  const shown = worded(reply, subject, what);
  const code = fixedCode ? reply.code : kind === 'reject' ? accessReject : accessDefer;
  return { code, enhanced: shown.enhanced ?? '5.7.1', text: shown.lines[0] ?? '', reason: 'access', detail };
}
