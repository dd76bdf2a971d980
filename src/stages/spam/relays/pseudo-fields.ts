/**
 * What `header` rules see of relays: the lists as text (`[ ip=192.0.2.1 rdns=... ]`, octet for octet as SpamAssassin writes them), and
 * the fields of the header that trusted or internal hosts have written (`ALL-TRUSTED`).
 */
import type { HeaderView } from '../mail/mail-view.js';
import type { Handovers } from './handover.js';
import type { Relay } from './relay.js';

export function relaysText(relays: readonly Relay[]): string {
  return relays.map(relayText).join(' ');
}

function relayText(relay: Relay): string {
  const { ip, helo, by, ident, envFrom, internal, id, auth, msa } = relay;
  const rdns = relay.nameless === true ? '' : ` rdns=${relay.rdns}`;
  const flags = { intl: internal ? 1 : 0, msa: msa ? 1 : 0 };
  return (
    `[ ip=${ip}${rdns} helo=${helo} by=${by} ident=${ident} envfrom=${envFrom} intl=${flags.intl} id=${id}` +
    ` auth=${auth} msa=${flags.msa} ]`
  );
}

/** From which Received field on, or up to which; the field at the border belongs to both sides: it was written on this side. */
export interface HeaderRange {
  readonly from?: number;
  readonly to?: number;
}

export function rangeOf(name: string, { lastTrusted, lastInternal }: Handovers): HeaderRange | undefined {
  if (name === 'ALL-TRUSTED') return { to: lastTrusted + 1 };
  if (name === 'ALL-INTERNAL') return { to: lastInternal + 1 };
  if (name === 'ALL-UNTRUSTED') return { from: lastTrusted + 1 };
  if (name === 'ALL-EXTERNAL') return { from: lastInternal + 1 };
  return undefined;
}

/** `above`: Received fields that are not in the header yet, ours. */
export function fieldsInRange(header: HeaderView, raw: boolean, range: HeaderRange, above: number): string | undefined {
  const { from = -1, to = Number.POSITIVE_INFINITY } = range;
  let index = above - 1;
  let text = '';
  for (const field of linesOf(raw ? header.allRaw : header.all, raw)) {
    const isReceived = /^received:/i.test(field);
    if (isReceived) index++;
    if (index > to || (index === to && !isReceived)) break;
    if (index >= from) text += field;
  }
  return text === '' ? undefined : text;
}

/** Decoded fields are lines; raw ones may be folded (RFC 5322 section 2.2.3). */
function linesOf(all: string, raw: boolean): readonly string[] {
  return all.match(raw ? /[^\n]*\n(?:[ \t][^\n]*\n)*|[^\n]+$/g : /[^\n]*\n|[^\n]+$/g) ?? [];
}
