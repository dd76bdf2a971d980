/** One question to one list: its A records, and for a listing the reason that its TXT records give (smtpd's rbl_pagein). */
import type { PortCall } from '../../../core/stage.js';
import type { Resolver } from '../../../ports/resolver.js';
import type { CannotTell } from '../../../values/answer.js';
import { joinReasons } from '../../../values/dns-list.js';
import { type BlockList, judgeAnswer } from './block-list.js';

export type ListAnswer =
  /** `reason`: `$rbl_reason`, may be ''. */
  | {
      readonly kind: 'listed';
      readonly addresses: readonly string[];
      readonly reason: string;
      readonly notes: readonly string[];
    }
  | { readonly kind: 'not-listed'; readonly notes: readonly string[] }
  | CannotTell;

/** `query` is of `addressQuery` or `domainQuery`. A reason that cannot be told is '': the listing stands without it. */
export async function askList(
  resolver: Pick<Resolver, 'addresses' | 'texts'>,
  list: BlockList,
  query: string,
  call?: PortCall,
): Promise<ListAnswer> {
  const answer = await resolver.addresses(query, 4, call);
  if (answer.kind === 'cannot-tell') return answer;
  if (answer.kind === 'not-found') return { kind: 'not-listed', notes: [] };
  const { listed, addresses, notes } = judgeAnswer(list, query, answer.value);
  if (!listed) return { kind: 'not-listed', notes };
  const texts = await resolver.texts(query, call);
  return { kind: 'listed', addresses, reason: texts.kind === 'found' ? joinReasons(texts.value) : '', notes };
}
