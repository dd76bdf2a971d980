/**
 * All phases of one transaction from one value, through the same conversation that a server holds.
 */
import type { Conversation } from './conversation.js';
import type { Outcome } from './outcome.js';
import type { EvaluateInput } from './policy.js';

export async function evaluate(conversation: Conversation, input: EvaluateInput): Promise<Outcome> {
  await conversation.connect();
  await conversation.hello(input.helo);
  await conversation.mail(input.sender, input.mailParameters);
  for (const one of input.recipients) {
    if ('kind' in one) await conversation.rcpt(one);
    else await conversation.rcpt(one.address, one.parameters);
  }
  if (input.message !== undefined) {
    await conversation.data();
    await conversation.message(input.message);
    await conversation.deliver();
  }
  return conversation.outcome();
}
