/**
 * The text that a `header` rule looks at: fields of the message, `ALL` and the like, or what is known of its way.
 */
import type { HeaderTarget } from '../rules/rule.js';
import type { SpamSubject } from '../subject.js';

const ofRelays = /^(?:x-spam-relays-(?:trusted|untrusted|internal|external)|envelopefrom)$/i;
const ranges = /^ALL-(?:TRUSTED|UNTRUSTED|INTERNAL|EXTERNAL)$/;

const ofSeveral = /^(?:ALL|MESSAGEID|tocc)$/i;

/** Undefined where there is no such field. */
export type HeaderReader = (subject: SpamSubject) => string | undefined;

/** What is asked for each message is told apart once. */
export function headerReader({ name, modifiers }: HeaderTarget): HeaderReader {
  if (ofRelays.test(name)) return ({ relays }) => relays.pseudoField(name);
  if (ranges.test(name)) {
    const range = modifiers.includes('raw') ? `${name}:raw` : name;
    return ({ relays }) => relays.pseudoField(range);
  }
  if (ofSeveral.test(name)) return ({ mail }) => joined(mail.header.get(name, modifiers));
  const lowerName = name.toLowerCase();
  // Most messages do not have most of the fields.
  return ({ mail: { header } }) => (header.has(lowerName) ? joined(header.get(name, modifiers)) : undefined);
}

/** Fields end in a line end; addresses and names do not. */
function joined(texts: readonly string[]): string | undefined {
  if (texts.length < 2) return texts[0];
  return texts.join(texts[0]?.endsWith('\n') ? '' : '\n');
}
