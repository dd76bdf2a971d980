/**
 * The port that the stages ask: a resolver that knows which answers of a list are errors (RFC 5782 section 2.3 has listings in
 * 127.0.0.0/8). An error is "could not tell", as a list that is down is. A list that says both cannot be believed.
 */
import type { PortCall } from '../../core/stage.js';
import type { Resolver } from '../../ports/resolver.js';
import { type Answer, cannotTell, notFound } from '../../values/answer.js';
import { errorAnswer, joinReasons } from '../../values/dns-list.js';
import type { IpAddress } from '../../values/ip.js';
import { matchesFilter, type ReplyFilter } from '../../values/reply-filter.js';
import type { CompiledList } from './compile.js';

export interface ListPort {
  /** The listings of `query`, which is below `zone`. */
  readonly listings: (zone: string, query: string, call?: PortCall) => Promise<Answer<readonly IpAddress[]>>;
  /** What the list says of a listing: printable ASCII. */
  readonly reason: (query: string, call?: PortCall) => Promise<Answer<string>>;
}

export function listPort(resolver: Pick<Resolver, 'addresses' | 'texts'>, lists: readonly CompiledList[]): ListPort {
  const errors = new Map<string, ReplyFilter[]>();
  for (const list of lists) errors.set(list.zone, [...(errors.get(list.zone) ?? []), ...list.errors]);
  return {
    async listings(zone, query, call) {
      const answer = await resolver.addresses(query, 4, call);
      if (answer.kind !== 'found') return answer;
      for (const ip of answer.value) {
        const why = errorOf(ip, errors.get(zone) ?? []);
        // Asking again does not mend it.
        if (why !== undefined) return cannotTell(`error answer of ${zone}: ${ip.text} (${why})`, false);
      }
      return answer;
    },
    async reason(query, call) {
      const answer = await resolver.texts(query, call);
      if (answer.kind !== 'found') return answer;
      const text = joinReasons(answer.value).trim();
      return text === '' ? notFound() : { kind: 'found', value: text };
    },
  };
}

function errorOf(ip: IpAddress, own: readonly ReplyFilter[]): string | undefined {
  const why = errorAnswer(ip);
  if (why !== undefined) return why;
  // Wildcards of zones that are gone, and lists that refuse a question, answer so.
  if (ip.text === '127.0.0.1') return 'no listing is 127.0.0.1';
  return own.some((filter) => matchesFilter(filter, ip)) ? 'an error by the options' : undefined;
}
