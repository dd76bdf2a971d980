/**
 * The questions of the port in the words of node:dns, and their raw answers as values. TXT strings come from c-ares as
 * Latin-1, a null MX (RFC 7505) with an empty exchange; only A and AAAA records tell how long they may be kept.
 */
import type { Resolver as NodeResolver } from 'node:dns/promises';
import type { MailExchanger } from '../../ports/resolver.js';
import { type IpAddress, parseIp } from '../../values/ip.js';

/** `seconds`: how long the records may be kept; undefined where they do not tell. */
export interface Records<T> {
  readonly values: readonly T[];
  readonly seconds: number | undefined;
}

type Ask<T> = (resolver: NodeResolver, name: string) => Promise<Records<T>>;

/** Of this many addresses Node tells the times, and of no more: those have none. */
type Timed = { readonly address: string; readonly ttl?: number };

export interface Questions {
  readonly A: Ask<IpAddress>;
  readonly AAAA: Ask<IpAddress>;
  readonly MX: Ask<MailExchanger>;
  readonly TXT: Ask<string>;
  readonly NS: Ask<string>;
  readonly PTR: Ask<string>;
  /** No question of the port: what an alias stands for. */
  readonly CNAME: Ask<string>;
}

export const questions: Questions = {
  A: async (resolver, name) => addresses(await resolver.resolve4(name, { ttl: true })),
  AAAA: async (resolver, name) => addresses(await resolver.resolve6(name, { ttl: true })),
  MX: async (resolver, name) => untimed(exchangers(await resolver.resolveMx(name))),
  TXT: async (resolver, name) => untimed((await resolver.resolveTxt(name)).map((strings) => strings.join(''))),
  NS: async (resolver, name) => untimed(await resolver.resolveNs(name)),
  PTR: async (resolver, name) => untimed(await resolver.resolvePtr(name)),
  CNAME: async (resolver, name) => untimed(await resolver.resolveCname(name)),
};

function untimed<T>(values: readonly T[]): Records<T> {
  return { values, seconds: undefined };
}

function addresses(records: readonly Timed[]): Records<IpAddress> {
  const values = records.flatMap(({ address }) => {
    const ip = parseIp(address);
    return ip.kind === 'parsed' ? [ip.value] : [];
  });
  return {
    values,
    seconds: records.reduce((least, { ttl = least }) => Math.min(least, ttl), Number.POSITIVE_INFINITY),
  };
}

/** In order of preference; those of equal preference as the server gave them (RFC 5321 section 5.1 has the client mix them). */
function exchangers(records: readonly { readonly priority: number; readonly exchange: string }[]): MailExchanger[] {
  return records
    .map(({ priority, exchange }) => ({ preference: priority, exchange: exchange === '.' ? '' : exchange }))
    .sort((a, b) => a.preference - b.preference);
}
