/** One question to one list: its A records, and for a listing the reason that its TXT records give (smtpd's rbl_pagein). */
import type { PortCall } from '../../../core/stage.js';
import type { Resolver } from '../../../ports/resolver.js';
import type { CannotTell } from '../../../values/answer.js';
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

/** Characters of a reason, as in Postfix. */
const REASON_LIMIT = 500;

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

/** With ` / ` between, cut at 500 characters; what is not printable ASCII becomes a blank. Of a record of several strings Postfix
 * shows the first alone. */
export function joinReasons(texts: readonly string[]): string {
  let reason = '';
  for (const [index, text] of texts.entries()) {
    const space = REASON_LIMIT - reason.length;
    if (space <= 0) break;
    reason += text.slice(0, space).replace(/[^ -~]/g, ' ');
    if (index < texts.length - 1 && REASON_LIMIT - reason.length > 3) reason += ' / ';
  }
  return reason;
}
