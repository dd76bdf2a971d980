/** Sends one message through a configuration, and says in short what became of it. */
import type { Verdict } from '../../src/core/decision.js';
import type { Outcome } from '../../src/core/outcome.js';
import type { Resolver } from '../../src/ports/resolver.js';
import { type PostfixTexts, readPostfix } from '../../src/postfix/index.js';
import { mailboxOf, messageOf, type SessionOptions, senderOf, sessionOf } from '../../src/testing/builders.js';
import { zoneResolver } from '../../src/testing/ports/zone-resolver.js';
import { isConfigurationError, renderProblem } from '../../src/values/errors.js';
import { replyText } from '../../src/values/reply.js';

export interface Sent extends SessionOptions {
  readonly from?: string;
  readonly to?: string;
  readonly helo?: string;
  readonly message?: string;
  /** The service of master.cf that is spoken to. Default: that on port 25. */
  readonly service?: string;
}

/** Nobody is on any list. */
export const resolver: Resolver = zoneResolver({});

/** Restrictions that need more than the folder are left out. */
const without = ['resolver', 'policyService'] as const;

export async function send(origin: string | PostfixTexts, sent: Sent = {}): Promise<Outcome> {
  const {
    from = 'stranger@client.example',
    to = 's001@school.example',
    helo = 'client.example',
    message,
    service,
    ...peer
  } = sent;
  const { policy, services } = readPostfix(origin, { without });
  const spoken = services.find(({ name }) => name === service)?.policy ?? policy;
  return spoken.evaluate({
    session: sessionOf(peer),
    helo,
    sender: senderOf(from),
    recipients: [mailboxOf(to)],
    message: messageOf(message ?? 'Subject: x\r\n\r\nHello\r\n'),
  });
}

export const shown = (decision: Verdict): string =>
  decision.kind === 'continue' ? 'continue' : `${decision.kind} ${replyText(decision.reply)}`;

/** What became of one recipient: the decision, or where the mail goes. */
export async function fate(origin: string | PostfixTexts, sent: Sent = {}): Promise<string> {
  const { recipients } = await send(origin, sent);
  return recipients
    .map(({ decision, recipient: { address, nextHop } }) =>
      decision.kind === 'continue' ? `${address.text} ${nextHop?.transport}:${nextHop?.destination}` : shown(decision),
    )
    .join(', ');
}

export function problems(texts: string | PostfixTexts): readonly string[] {
  try {
    readPostfix(texts, { without });
    return [];
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    return error.problems.map(renderProblem);
  }
}

/** A configuration that is right, and more lines. */
export const base = 'myhostname = mx.school.example\nmydestination = school.example\n';
export const main = (more = '', files: PostfixTexts = {}): PostfixTexts => ({
  'main.cf': `${base}${more}${more === '' || more.endsWith('\n') ? '' : '\n'}compatibility_level = 3.6\n`,
  ...files,
});
