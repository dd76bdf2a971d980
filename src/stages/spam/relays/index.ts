/**
 * The way of a message: the client of the SMTP session, then what its Received fields tell (RFC 5321 section 4.4), and which of these
 * hosts are ours or trusted (Mail::SpamAssassin::Conf(3), "trusted_networks"). Our own Received field is not in the message yet when it
 * is scored: the session stands for it, above all others.
 * The first 100 fields are read; those below are of no use to anybody, since what a stranger wrote proves nothing.
 */
import type { Problem } from '../../../values/errors.js';
import type { HeaderView } from '../mail/mail-view.js';
import type { Settings } from '../rules/settings.js';
import type { SpamEnvelope } from '../subject.js';
import { addressPattern } from './address-pattern.js';
import { envelopeSender } from './envelope-sender.js';
import { type Handovers, handovers } from './handover.js';
import { isPrivate } from './private-address.js';
import { fieldsInRange, rangeOf, relaysText } from './pseudo-fields.js';
import { clean, prepareReceived, type ReadReceived, type ReceivedField } from './received-field.js';
import type { Relay, Relays } from './relay.js';
import { trustedNetworks } from './trusted-networks.js';

/** The client of the SMTP session that brings the message. */
export interface SessionClient {
  readonly ip: string;
  /** Verified host name; empty: it has none. Undefined: nobody looked, or the DNS gave no answer. */
  readonly name: string | undefined;
  readonly helo: string;
  /** How it had logged in: any text, best the protocol as our Received field says it (`ESMTPSA`). Undefined: not. */
  readonly login?: string | undefined;
  readonly ourName: string;
}

export interface RelaysInput {
  readonly header: HeaderView;
  readonly client?: SessionClient | undefined;
  readonly envelope: SpamEnvelope;
}

const mostFields = 100;

export function prepareRelays(settings: Settings, problems: Problem[]): (input: RelaysInput) => Relays {
  const networks = trustedNetworks(settings, problems);
  const originating = originatingFields(settings);
  const senderField = settings.last('envelope_sender_header')?.value.replace(/:$/, '');
  const read = prepareReceived();
  return (input) => {
    const { header, client, envelope } = input;
    const fields: ReceivedField[] = client === undefined ? [] : [{ kind: 'relay', relay: relayOfClient(client) }];
    for (const value of header.each('Received').slice(0, mostFields)) fields.push(read(value));
    fields.push(...originating.flatMap((name) => originatingAddress(header, name, read)));
    const known = handovers(fields, networks);
    // The null path is no address: `EnvelopeFrom` is then as if nobody had told it.
    const sender = (): string | undefined =>
      envelope.sender === undefined ? envelopeSender(header, known, senderField) : envelope.sender || undefined;
    return relaysFrom(known, pseudoFields(header, known, client === undefined ? 0 : 1, sender));
  };
}

function relaysFrom(known: Handovers, pseudoField: Relays['pseudoField']): Relays {
  const { trusted, untrusted, internal, external, unparseable } = known;
  return { all: [...trusted, ...untrusted], trusted, untrusted, internal, external, unparseable, pseudoField };
}

function pseudoFields(
  header: HeaderView,
  known: Handovers,
  above: number,
  sender: () => string | undefined,
): Relays['pseudoField'] {
  const memo = new Map<string, string | undefined>();
  const make = (name: string): string | undefined => {
    const raw = name.endsWith(':raw');
    const range = rangeOf(raw ? name.slice(0, -4) : name, known);
    if (range !== undefined) return fieldsInRange(header, raw, range, above);
    const list = /^x-spam-relays-(trusted|untrusted|internal|external)$/.exec(name.toLowerCase())?.[1];
    if (list !== undefined) return relaysText(known[list as 'trusted']);
    return name.toLowerCase() === 'envelopefrom' ? sender() : undefined;
  };
  return (name) => {
    if (!memo.has(name)) memo.set(name, make(name));
    return memo.get(name);
  };
}

/** As our own Received field would tell it. */
function relayOfClient({ ip, name, helo, login, ourName }: SessionClient): Relay {
  return {
    ip,
    rdns: clean((name ?? '').replace(/\.$/, '')),
    ...(name === undefined && { nameless: true as const }),
    helo: clean(helo),
    by: clean(ourName),
    ident: '',
    envFrom: '',
    id: '',
    auth: login === undefined ? '' : clean(login),
    internal: false,
    msa: false,
    ipPrivate: isPrivate(ip),
    looksUp: name !== undefined,
  };
}

function originatingFields(settings: Settings): readonly string[] {
  const names = new Map<string, string>();
  for (const { keyword, value } of settings.of('originating_ip_headers', 'clear_originating_ip_headers')) {
    if (keyword !== 'originating_ip_headers') names.clear();
    else for (const name of value.split(/\s+/)) if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
  }
  return [...names.values()];
}

const anyAddress = new RegExp(addressPattern);

/** A webmail server's word for where its user sat: one more hop, behind all others. */
function originatingAddress(header: HeaderView, name: string, read: ReadReceived): readonly ReceivedField[] {
  const address = anyAddress.exec(header.each(name).at(-1)?.slice(0, 1000) ?? '')?.[0];
  return address === undefined ? [] : [read(`from X-Originating-IP: ${address}`)];
}
