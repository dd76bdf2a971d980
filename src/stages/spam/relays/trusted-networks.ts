/**
 * `trusted_networks`, `internal_networks` and `msa_networks` (Mail::SpamAssassin::Conf(3)): lists of addresses and networks, `!` for
 * what is not meant, the first that contains an address decides. Loopback belongs to the first two in any case. Where only one of
 * those two is set, it stands for the other. Ranges (`192.0.2.1-192.0.2.9`) and masks are not read.
 */
import type { Problem } from '../../../values/errors.js';
import { type IpAddress, type Network, parseIp } from '../../../values/ip.js';
import { networkContains, parseNetwork } from '../../../values/network.js';
import type { Setting, Settings } from '../rules/settings.js';

export interface TrustedNetworks {
  /** Either of trusted and internal networks is set; otherwise trust is inferred. */
  readonly configured: boolean;
  trusted(ip: string): boolean;
  internal(ip: string): boolean;
  msa(ip: string): boolean;
}

interface Entry {
  readonly line: Setting;
  readonly network: Network;
  readonly excluded: boolean;
}

const loopback: Setting = { keyword: 'trusted_networks', value: '127.0.0.0/8 ::1', source: { file: 'built in' } };

export function trustedNetworks(settings: Settings, problems: Problem[]): TrustedNetworks {
  const trusted = entriesOf('trusted_networks', settings, problems);
  const written = entriesOf('internal_networks', settings, problems);
  const internal = trusted === undefined ? written : within(trusted, written, problems);
  const msa = within(trusted ?? internal, entriesOf('msa_networks', settings, problems), problems);
  return {
    configured: trusted !== undefined || internal !== undefined,
    trusted: contains([...always(), ...(trusted ?? internal ?? [])]),
    internal: contains([...always(), ...(internal ?? trusted ?? [])]),
    msa: contains(msa ?? []),
  };
}

/** Undefined: not set, or cleared and not set again. */
function entriesOf(keyword: string, settings: Settings, problems: Problem[]): readonly Entry[] | undefined {
  let entries: Entry[] | undefined;
  for (const line of settings.of(keyword, `clear_${keyword}`)) {
    entries = line.keyword === keyword ? [...(entries ?? []), ...entriesOfLine(line, problems)] : undefined;
  }
  return entries;
}

function entriesOfLine(line: Setting, problems: Problem[]): readonly Entry[] {
  return line.value.split(/\s+/).flatMap((word) => {
    const excluded = word.startsWith('!');
    const network = parseNetwork(completed(excluded ? word.slice(1) : word), { hostBits: 'mask' });
    if (network.kind === 'parsed') return [{ line, network: network.value, excluded }];
    problems.push(problem('bad-network', line, network.why, word));
    return [];
  });
}

/** What is internal or a submission server must be trusted; an entry that is not does not count. */
function within(
  outer: readonly Entry[] | undefined,
  entries: readonly Entry[] | undefined,
  problems: Problem[],
): readonly Entry[] | undefined {
  if (outer === undefined) return entries;
  return entries?.filter((entry) => {
    const around = [...always(), ...outer].find(({ network }) => surrounds(network, entry.network));
    if (entry.excluded || around?.excluded === false) return true;
    problems.push(problem('untrusted-network', entry.line, 'not within the trusted networks', entry.network.text));
    return false;
  });
}

function surrounds(outer: Network, inner: Network): boolean {
  return outer.prefix <= inner.prefix && networkContains(outer, inner.address);
}

function problem(code: string, { keyword, source }: Setting, why: string, construct: string): Problem {
  return { code, message: `${keyword}: ${why}`, source, construct };
}

/** `192.168.` is `192.168.0.0/16`, `10/8` is `10.0.0.0/8`; zones of IPv6 addresses are not looked at. */
function completed(text: string): string {
  const [address = '', length] = text.replace(/%[A-Z0-9._~-]*(?=[\]/]|$)/i, '').split('/', 2);
  const suffix = length === undefined ? '' : `/${length}`;
  if (!/^\d{1,3}(?:\.\d{1,3}){0,3}\.?$/.test(address)) return `${address}${suffix}`;
  const parts = address
    .split('.')
    .filter((part) => part !== '')
    .map((part) => String(Number(part)));
  const full = [...parts, '0', '0', '0'].slice(0, 4).join('.');
  return `${full}${suffix === '' && parts.length < 4 ? `/${8 * parts.length}` : suffix}`;
}

function always(): readonly Entry[] {
  return entriesOfLine(loopback, []);
}

function contains(entries: readonly Entry[]): (text: string) => boolean {
  return (text) => {
    const ip = parseIp(text);
    return ip.kind === 'parsed' && decides(entries, ip.value);
  };
}

function decides(entries: readonly Entry[], ip: IpAddress): boolean {
  const entry = entries.find(({ network }) => networkContains(network, ip));
  return entry !== undefined && !entry.excluded;
}
