/**
 * Below which names domains are registered (the Public Suffix List): how RFC 7489 section 3.2 finds an organizational
 * domain. RFC 9989 needs no such list.
 */
import type { MaybePromise, PortCall } from '../core/stage.js';
import type { Answer } from '../values/answer.js';

export interface PublicSuffix {
  /**
   * The public suffix of `domain` and one label more: `example.co.uk` for `a.b.example.co.uk`. Not-found where `domain` is a public
   * suffix itself. Names are A-labels in lower case without a final dot.
   */
  organizationalDomain(domain: string, call?: PortCall): MaybePromise<Answer<string>>;
}
