/**
 * Routing: who a recipient is and where the mail goes (Postfix's local_recipient_maps, virtual_alias_maps, alias_maps,
 * transport_maps, relay_domains). One stage at rcpt. It says nothing of who may send: that is relayControl's, and stands
 * before it. Not yet: canonical, relocated, .forward, `:include:`, `|command`.
 */
import type { CannotTellRule } from '../../core/decision.js';
import type { EditKind } from '../../core/edit.js';
import { type FindingKey, finding } from '../../core/finding.js';
import { type Context, defineStage, type Stage } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { Table } from '../../core/table.js';
import { type Hit, searchTable } from '../../tables/search.js';
import type { Answer } from '../../values/answer.js';
import { type Conclusion, conclude, type RoutingFinding } from './conclude.js';
import { type Compiled, compile, type RouteOptions, type TableName } from './options.js';
import { classOf, resolve, type Search } from './resolve.js';

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

type RouteAsks = Readonly<Record<TableName, { readonly port: Table; readonly cannotTell: CannotTellRule }>>;

/**
 * An address that stays what it is gets its next hop; one that is an alias is expanded when the list of rcpt has ended, so
 * that stages behind this one still see what the client named. Unknown users are refused with 550 5.1.1, and so is an
 * alias of which one member cannot be delivered to (see `deadMembers`); the detail names it. Throws ConfigurationError
 * `options` with everything that is wrong, values of tables included where the tables can list them.
 */
export function route(options: RouteOptions): RouteStage {
  const compiled = compile(options);
  const { tables } = compiled;
  const { cannotTell = 'defer', deadMembers = 'reject' } = options;
  const canExpand = tables.aliases !== undefined || tables.virtualAliases !== undefined;
  const edits: readonly Extract<EditKind, 'set-next-hop' | 'expand-recipient'>[] = canExpand
    ? ['set-next-hop', 'expand-recipient']
    : ['set-next-hop'];
  return defineStage({
    name: 'route',
    at: 'rcpt',
    gives: [routingFinding],
    edits,
    asks: asksOf(tables, cannotTell),
    run: ({ recipient }, ctx) =>
      andThen(resolve(recipient.address, compiled, searchWith(tables, ctx)), (resolution) => {
        const conclusion = conclude(recipient, classOf(recipient.address, compiled), resolution, deadMembers);
        for (const text of conclusion.skipped) ctx.note({ kind: 'remark', text: `left out: ${text}` });
        return resultOf(conclusion);
      }),
  });
}

/** Only tables that were given can be asked, and only they are listed. */
function asksOf(tables: Compiled['tables'], cannotTell: CannotTellRule): RouteAsks {
  return Object.fromEntries(Object.entries(tables).map(([name, port]) => [name, { port, cannotTell }])) as RouteAsks;
}

function searchWith(tables: Compiled['tables'], ctx: Context<RouteAsks>): Search {
  return (name, keys) => {
    const table = tables[name];
    if (table === undefined) return undefined;
    const answer = searchTable(table, keys, (key) => ctx.ask(name, 'lookup', key));
    const noted = (came: Answer<Hit>): Answer<Hit> => {
      if (came.kind === 'found') note(came.value, name, table, ctx);
      return came;
    };
    return andThen(answer, noted);
  };
}

function note({ key, entry }: Hit, name: TableName, table: Table, ctx: Context<RouteAsks>): void {
  const { source = { file: table.name }, value } = entry;
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
