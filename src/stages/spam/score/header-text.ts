/**
 * The text that a `header` rule looks at: fields of the message, `ALL` and the like, or what is known of its way.
 */
import type { HeaderTarget } from '../rules/rule.js';
import type { SpamSubject } from '../subject.js';

const ofRelays = /^(?:x-spam-relays-(?:trusted|untrusted|internal|external)|envelopefrom)$/i;
const ranges = /^ALL-(?:TRUSTED|UNTRUSTED|INTERNAL|EXTERNAL)$/;

/** Undefined where there is no such field. */
export function headerText({ mail, relays }: SpamSubject, { name, modifiers }: HeaderTarget): string | undefined {
  if (ofRelays.test(name)) return relays.pseudoField(name);
  if (ranges.test(name)) return relays.pseudoField(modifiers.includes('raw') ? `${name}:raw` : name);
  const texts = mail.header.get(name, modifiers);
  // Fields end in a line end; addresses and names do not.
  return texts.length === 0 ? undefined : texts.join(texts[0]?.endsWith('\n') ? '' : '\n');
}
