/**
 * Whether a name is known to the DNS as a place for mail: reject_unknown_sender_domain, reject_unknown_recipient_domain and
 * reject_unknown_helo_hostname. All types are asked until one is there; a name is unknown only when every type said so.
 * Names are A-labels; an address literal is no name, and not asked for.
 */
import type { PortCall } from '../../../core/stage.js';
import type { Resolver } from '../../../ports/resolver.js';
import type { Answer, CannotTell } from '../../../values/answer.js';

export type KnownHost =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  /** The domain says that it takes no mail (RFC 7505). Postfix: 550 5.7.27 for a sender, 556 5.1.10 for a recipient. */
  | { readonly kind: 'null-mx' }
  /** Temporary, whatever the answer says of it: Postfix defers. */
  | CannotTell;

type Asker = Pick<Resolver, 'addresses' | 'mailExchangers'>;
type Question = () => Promise<KnownHost> | KnownHost;

/** A domain of an address: MX, then A, then AAAA. */
export function knownMailDomain(resolver: Asker, name: string, call?: PortCall): Promise<KnownHost> {
  return firstKnown([mx(resolver, name, call), address(resolver, name, 4, call), address(resolver, name, 6, call)]);
}

/** A HELO name: A, then AAAA, then MX. A null MX alone does not make it known. */
export async function knownHeloHost(resolver: Asker, name: string, call?: PortCall): Promise<KnownHost> {
  const types = [address(resolver, name, 4, call), address(resolver, name, 6, call), mx(resolver, name, call)];
  const answer = await firstKnown(types);
  return answer.kind === 'null-mx' ? { kind: 'unknown' } : answer;
}

async function firstKnown(questions: readonly Question[]): Promise<KnownHost> {
  let doubt: CannotTell | undefined;
  for (const question of questions) {
    const answer = await question();
    if (answer.kind === 'known' || answer.kind === 'null-mx') {
      // A null MX that comes last does not outweigh what could not be told before it.
      return answer.kind === 'null-mx' && doubt !== undefined ? doubt : answer;
    }
    if (answer.kind === 'cannot-tell') doubt ??= answer;
  }
  return doubt ?? { kind: 'unknown' };
}

function mx(resolver: Asker, name: string, call: PortCall | undefined): Question {
  return async () => {
    const answer = await resolver.mailExchangers(name, call);
    if (answer.kind === 'found' && answer.value.every(({ exchange }) => exchange === '')) return { kind: 'null-mx' };
    return known(answer);
  };
}

function address(resolver: Asker, name: string, family: 4 | 6, call: PortCall | undefined): Question {
  return async () => known(await resolver.addresses(name, family, call));
}

function known(answer: Answer<unknown>): KnownHost {
  if (answer.kind === 'cannot-tell') return answer;
  return { kind: answer.kind === 'found' ? 'known' : 'unknown' };
}
