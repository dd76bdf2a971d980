/**
 * RelayEval: what the list of hosts tells. Whether all are trusted, whether there are any, names that do not fit to addresses or to the next
 * host.
 */
import { lowerAscii } from '../../../values/characters.js';
import { isPrivate } from '../relays/private-address.js';
import type { Relay } from '../relays/relay.js';
import type { MemoKey, SpamSubject } from '../subject.js';
import type { EvalModule } from './eval.js';
import { plainModule } from './module.js';

export const relayEvals: EvalModule = plainModule({
  check_all_trusted: ({ relays }) =>
    relays.trusted.length > 0 && relays.untrusted.length === 0 && relays.unparseable === 0,
  check_no_relays: ({ relays }) => relays.trusted.length + relays.untrusted.length + relays.unparseable === 0,
  check_relays_unparseable: ({ relays }) => relays.unparseable > 0,
  check_for_numeric_helo: ({ relays }) => relays.untrusted.some(({ helo }) => isIpv4(helo) && !isPrivate(helo)),
  helo_ip_mismatch: ({ relays }) => relays.untrusted.some(isHeloElsewhere),
  /** Of the public hosts only the farthest counts, as in SpamAssassin. */
  check_for_no_rdns_dotcom_helo: ({ relays }) => {
    const last = relays.untrusted.filter(({ ipPrivate }) => !ipPrivate).at(-1);
    return last !== undefined && last.rdns === '' && last.looksUp && isOfBigProvider(last.helo);
  },
  /** The farthest host has a name with a dot and a public address. */
  check_for_sender_no_reverse: ({ relays }) => {
    const last = relays.untrusted.at(-1);
    return last?.rdns.includes('.') === true && !last.ipPrivate;
  },
  check_for_forged_received_trail: (subject) => forgeries(subject).trail > 1,
  check_for_forged_received_ip_helo: (subject) => forgeries(subject).helo > 0,
  /** SpamAssassin 4 has emptied it. */
  check_for_illegal_ip: () => false,
});

/** Providers whose hosts have names; some of them are history. */
const bigProviders: ReadonlySet<string> = new Set([
  ...['aol', 'caramail', 'cs', 'drizzle', 'excite', 'hotmail', 'localhost', 'lycos', 'msn', 'yahoo'].map(
    (name) => `${name}.com`,
  ),
  'lycos.co.uk',
]);

function isOfBigProvider(host: string): boolean {
  const labels = lowerAscii(host).split('.');
  return [2, 3].some((count) => bigProviders.has(labels.slice(-count).join('.')));
}

function isIpv4(text: string): boolean {
  return /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text);
}

/** HELO is an address of another network. */
function isHeloElsewhere({ helo, ip }: Relay): boolean {
  if (![helo, ip].every((address) => isIpv4(address) && !isPrivate(address))) return false;
  return !ip.startsWith(helo.slice(0, helo.lastIndexOf('.') + 1));
}

interface Forgeries {
  /** Hosts whose name is not the one that the next host knows them by. */
  readonly trail: number;
  /** HELO names that are addresses of far networks. */
  readonly helo: number;
}

const forgeriesKey: MemoKey<Forgeries> = Object.freeze({ kind: 'memo' });
const hostName = /^\w[\w.-]+\.\w+$/;

function forgeries(subject: SpamSubject): Forgeries {
  return subject.memo(forgeriesKey, ({ relays }) => {
    const hosts = relays.untrusted.filter(({ by }) => hostName.test(domainOf(by)));
    const pairs = relays.untrusted.map((relay, at) => [relay, relays.untrusted[at - 1]] as const);
    return {
      helo: hosts.filter(isHeloFar).length,
      trail: pairs.filter(([relay, above]) => above !== undefined && isBroken(relay, above)).length,
    };
  });
}

function isHeloFar({ helo, ip }: Relay): boolean {
  const shape = /^(\d+\.\d+)\.\d+\.\d+$/;
  const [near, far] = [shape.exec(ip)?.[1], shape.exec(helo)?.[1]];
  return near !== undefined && far !== undefined && near !== far && !isPrivate(helo);
}

/** `above` got it from a host that has not the name of the one which wrote the next field. */
function isBroken({ by }: Relay, above: Relay): boolean {
  const name = domainOf(above.rdns);
  const next = domainOf(by);
  const isLocal =
    (name === 'localhost' || name === 'localhost.localdomain') &&
    above.ip === '127.0.0.1' &&
    hostName.test(domainOf(above.by));
  if (isLocal || !hostName.test(next) || !hostName.test(name) || next === name) return false;
  return !(next === 'msn.com' && name === 'hotmail.com');
}

/** The last two labels, or three below short top-level domains. */
function domainOf(host: string): string {
  const name = lowerAscii(host);
  if (!/[a-z]/.test(name)) return name;
  const labels = name.replace(/\.+$/, '').split('.');
  const top = labels.at(-1) ?? '';
  if (labels.length > 1 && (top.length >= 3 || /ie|fr|de/.test(top))) return labels.slice(-2).join('.');
  return labels.length > 2 ? labels.slice(-3).join('.') : name;
}
