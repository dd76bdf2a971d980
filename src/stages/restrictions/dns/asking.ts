/** A stage's declared resolver as a `Resolver`: what goes through it is traced, and "could not tell" has its consequence. */
import type { CannotTellRule } from '../../../core/decision.js';
import type { Context } from '../../../core/stage.js';
import type { Resolver } from '../../../ports/resolver.js';

/** What a stage that uses it declares: `asks: { resolver: { port, cannotTell } }`. */
export interface ResolverAsks {
  readonly resolver: { readonly port: Resolver; readonly cannotTell: CannotTellRule };
  readonly [name: string]: { readonly port: object; readonly cannotTell: CannotTellRule };
}

export function resolverOf(ctx: Pick<Context<ResolverAsks>, 'ask'>): Resolver {
  return {
    addresses: (name, family) => ctx.ask('resolver', 'addresses', name, family),
    mailExchangers: (name) => ctx.ask('resolver', 'mailExchangers', name),
    texts: (name) => ctx.ask('resolver', 'texts', name),
    nameServers: (name) => ctx.ask('resolver', 'nameServers', name),
    names: (ip) => ctx.ask('resolver', 'names', ip),
  };
}
