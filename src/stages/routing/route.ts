/**
 * Routing: who a recipient is and where the mail goes (Postfix's local_recipient_maps, virtual_alias_maps, alias_maps,
 * relocated_maps, transport_maps and what belongs to them). One stage at rcpt. It says nothing of who may send: that is
 * relayControl's, and stands before it. Addresses are rewritten before it, by stages/rewriting. `.forward` is not read.
 */
import { type FindingKey, finding } from '../../core/finding.js';
import { type Context, defineStage, type Stage } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { Table } from '../../core/table.js';
import { inquire } from '../../tables/asking.js';
import type { AskMethod, Hit } from '../../tables/search.js';
import type { Mailbox, ReversePath } from '../../values/address.js';
import { asksOf, type TableAsks } from './asks.js';
import { type Compiled, compile } from './compile.js';
import { type Conclusion, conclude, type Routed, type RoutingFinding } from './conclude.js';
import { listing } from './listed.js';
import { classByName, classOf } from './next-hop.js';
import type { RouteOptions, TableName } from './options.js';
import type { Answering, Asking, RoutingStep, Tables } from './questions.js';
import { resolve } from './resolve.js';

export const routingFinding: FindingKey<'routing', RoutingFinding> = finding('routing');

export interface RouteStage
  extends Stage<{
    readonly name: 'route';
    readonly at: 'rcpt';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly routing: RoutingFinding };
    readonly edits: 'set-next-hop' | 'expand-recipient';
    readonly accepts: false;
    readonly decides: never;
  }> {}

/** Steps in the finding; a list of thousands has thousands of them. */
const STEP_LIMIT = 1000;

/**
 * An address that stays what it is gets its next hop; one that is an alias is expanded when the list of rcpt has ended, so
 * that stages behind this one still see what the client named. Unknown users are refused with 550 5.1.1, and so is an
 * alias of which one member cannot be delivered to (see `deadMembers`); the detail names it. Throws ConfigurationError
 * `options` with everything that is wrong, values of tables included where the tables can list them.
 */
export function route(options: RouteOptions): RouteStage {
  const compiled = compile(options);
  const { cannotTell = 'defer', deadMembers = 'reject' } = options;
  return defineStage({
    name: 'route',
    at: 'rcpt',
    gives: [routingFinding],
    // `user%domain` becomes another address even where there are no aliases.
    edits: ['set-next-hop', 'expand-recipient'],
    asks: asksOf(compiled.tables, cannotTell),
    run: ({ recipient, sender }, ctx) => {
      const steps: RoutingStep[] = [];
      const answering = answeringWith(compiled.tables, ctx, steps);
      return andThen(inquire(routed(recipient.address, sender, compiled), answering), (found) => {
        const conclusion = conclude(recipient, classByName(recipient.address, compiled), found, steps, deadMembers);
        for (const text of conclusion.skipped) ctx.note({ kind: 'remark', text: `left out: ${text}` });
        return resultOf(conclusion);
      });
    },
  });
}

function* routed(address: Mailbox, sender: ReversePath, compiled: Compiled): Asking<Routed> {
  if (!compiled.rejectUnlisted) {
    const resolution = yield* resolve(address, sender, compiled);
    return { listing: undefined, resolution, class: yield* classOf(address, compiled) };
  }
  const known = yield* listing(address, 'recipient', sender, compiled);
  const resolution = known.kind === 'listed' ? yield* resolve(address, sender, compiled, known) : undefined;
  const isSame = known.kind === 'listed' && known.resolved.address === address;
  return { listing: known, resolution, class: isSame ? known.class : yield* classOf(address, compiled) };
}

/** What the first address is asked for twice, to see that it is known and to expand it, is asked once. */
const REMEMBERED = 32;

interface Answered {
  readonly name: TableName;
  readonly key: string;
  readonly method: AskMethod;
  readonly answer: ReturnType<Answering['ask']>;
}

function answeringWith(tables: Tables, ctx: Context<TableAsks>, steps: RoutingStep[]): Answering {
  const known: Answered[] = [];
  let asked = 0;
  return {
    tables,
    ask: (name, key, method) => {
      if (++asked > 2 * REMEMBERED) return ctx.ask(name, method, key);
      const before = known.find((one) => one.key === key && one.name === name && one.method === method);
      if (before !== undefined) return before.answer;
      const answer = ctx.ask(name, method, key);
      if (known.length < REMEMBERED) known.push({ name, key, method, answer });
      return answer;
    },
    hit: (name, hit) => {
      if (steps.length === STEP_LIMIT) return;
      const isKnown = steps.length < REMEMBERED && steps.some((one) => one.table === name && one.key === hit.key);
      if (isKnown) return;
      steps.push({ table: name, key: hit.key, value: hit.entry.value.slice(0, 200), source: hit.entry.source });
      note(hit, name, tables[name], ctx);
    },
  };
}

function note({ key, entry }: Hit, name: TableName, table: Table | undefined, ctx: Context<TableAsks>): void {
  const { source = { file: table?.name ?? name }, value } = entry;
  const text = `${name}: ${key} ${value}`.slice(0, 200);
  ctx.note({ kind: 'rule', source, text, matched: true, on: key.slice(0, 200), result: value.slice(0, 200) });
}

function resultOf({ finding: found, decision, edits }: Conclusion): {
  findings: { readonly routing: RoutingFinding };
  edits: Conclusion['edits'];
  decision?: NonNullable<Conclusion['decision']>;
} {
  const findings = routingFinding.of(found);
  return decision === undefined ? { findings, edits } : { findings, edits, decision };
}
