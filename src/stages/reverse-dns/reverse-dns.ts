/**
 * "iprev" (RFC 8601 section 3), forward-confirmed reverse DNS: the names that the client's address points to, and whether one points
 * back. What the server found out when the client connected is not asked for again; it looks at the first name alone, as Postfix
 * does, this stage at ten. A finding, no decision.
 */
import type { CannotTellRule } from '../../core/decision.js';
import type { Client } from '../../core/session.js';
import { type Context, defineStage, type PortCall, type Stage } from '../../core/stage.js';
import { type ReverseDnsFinding, reverseDnsFinding } from '../../findings/reverse-dns.js';
import type { Resolver } from '../../ports/resolver.js';
import { type Answer, found, notFound } from '../../values/answer.js';
import { parseDomain } from '../../values/domain.js';
import { type IpAddress, sameIp } from '../../values/ip.js';

export interface ReverseDnsOptions {
  readonly resolver: Resolver;
  /** What happens when the DNS cannot tell. Default `defer`. */
  readonly cannotTell?: Exclude<CannotTellRule, 'hold' | 'quarantine'>;
}

export interface ReverseDnsStage
  extends Stage<{
    readonly name: 'reverseDns';
    readonly at: 'connect';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly reverseDns: ReverseDnsFinding };
    readonly edits: never;
    readonly accepts: false;
    readonly decides: never;
  }> {}

/** Names that are looked at, as in RFC 7208 section 4.6.4: who owns an address can give it thousands. */
const MOST_NAMES = 10;

/** All names in one question: of several, one that the DNS cannot tell does no harm where another one is confirmed. */
interface NamePort {
  readonly names: Resolver['names'];
  /** Those whose addresses hold `ip`; found is never empty. */
  readonly confirmed: (names: readonly string[], ip: IpAddress, call?: PortCall) => Promise<Answer<readonly string[]>>;
}

interface Asks {
  readonly resolver: { readonly port: NamePort; readonly cannotTell: CannotTellRule };
  readonly [name: string]: { readonly port: object; readonly cannotTell: CannotTellRule };
}

export function reverseDns({ resolver, cannotTell = 'defer' }: ReverseDnsOptions): ReverseDnsStage {
  const asks: Asks = { resolver: { port: namePort(resolver), cannotTell } };
  return defineStage({
    name: 'reverseDns',
    at: 'connect',
    gives: [reverseDnsFinding],
    asks,
    run: async ({ session: { client } }, ctx) => ({
      findings: reverseDnsFinding.of(known(client) ?? (await lookUp(client, ctx))),
    }),
  });
}

/** What the session says already. */
function known({ ip, name }: Client): ReverseDnsFinding | undefined {
  if (ip === undefined) return concluded('none', []);
  if (name.kind === 'verified') return concluded('pass', [name.name.ascii], [name.name.ascii]);
  return name.kind === 'none' ? concluded('permerror', []) : undefined;
}

async function lookUp({ ip, name }: Client, ctx: Pick<Context<Asks>, 'ask'>): Promise<ReverseDnsFinding> {
  if (ip === undefined) return concluded('none', []);
  const answer = await ctx.ask('resolver', 'names', ip);
  if (answer.kind === 'cannot-tell') return concluded('temperror', [], [], answer.why);
  // Section 2.7.3: "no PTR data are published".
  if (answer.kind === 'not-found') return concluded('permerror', []);
  const names = hostNames(answer.value);
  const refuted = name.kind === 'unverified' ? name.name.ascii : undefined;
  const open = names.filter((one) => one !== refuted);
  if (open.length === 0) return concluded('fail', names);
  const confirmed = await ctx.ask('resolver', 'confirmed', open, ip);
  if (confirmed.kind === 'found') return concluded('pass', names, confirmed.value);
  return confirmed.kind === 'not-found' ? concluded('fail', names) : concluded('temperror', names, [], confirmed.why);
}

function namePort(resolver: Pick<Resolver, 'names' | 'addresses'>): NamePort {
  return {
    names: (ip, call) => resolver.names(ip, call),
    async confirmed(names, ip, call) {
      const answers = await Promise.all(names.map((name) => resolver.addresses(name, ip.version, call)));
      const right = names.filter((_, index) => holds(answers[index], ip));
      if (right.length > 0) return found(right);
      return answers.find((answer) => answer.kind === 'cannot-tell') ?? notFound();
    },
  };
}

function holds(answer: Answer<readonly IpAddress[]> | undefined, ip: IpAddress): boolean {
  return answer?.kind === 'found' && answer.value.some((one) => sameIp(one, ip));
}

function hostNames(texts: readonly string[]): readonly string[] {
  const names = texts.slice(0, MOST_NAMES).flatMap((text) => {
    const name = parseDomain(text, { underscores: true });
    return name.kind === 'parsed' ? [name.value.ascii] : [];
  });
  return [...new Set(names)];
}

function concluded(
  result: ReverseDnsFinding['result'],
  names: readonly string[],
  verified: readonly string[] = [],
  why?: string,
): ReverseDnsFinding {
  return { result, names, verified, why };
}
