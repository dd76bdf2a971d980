/** The canonical tables as what a stage asks, every hit noted in its trace. */
import type { CannotTellRule } from '../../core/decision.js';
import type { Context, MaybePromise } from '../../core/stage.js';
import { inquire } from '../../tables/asking.js';
import type { MixedTable } from '../../tables/memory-table.js';
import type { CannotTell } from '../../values/answer.js';
import type { RewriteTable, Rewriting } from './options.js';
import type { Inquiring } from './rewrite-address.js';

/** `lookupPart` is asked only of tables that have it (MixedTable). */
export type RewriteAsks = Readonly<
  Record<RewriteTable, { readonly port: MixedTable; readonly cannotTell: CannotTellRule }>
>;

/** Only tables that were given can be asked, and only they are listed. */
export function rewriteAsks({ tables }: Rewriting, cannotTell: CannotTellRule = 'defer'): RewriteAsks {
  return Object.fromEntries(Object.entries(tables).map(([name, port]) => [name, { port, cannotTell }])) as RewriteAsks;
}

export function ask<T>(
  inquiry: Inquiring<T>,
  { tables }: Rewriting,
  ctx: Context<RewriteAsks>,
): MaybePromise<T | CannotTell> {
  return inquire(inquiry, {
    tables,
    ask: (name, key, method) => ctx.ask(name, method, key),
    hit: (name, { key, entry: { value, source } }) => {
      const text = `${name}: ${key} ${value}`.slice(0, 200);
      const position = source ?? { file: tables[name]?.name ?? name };
      ctx.note({
        kind: 'rule',
        source: position,
        text,
        matched: true,
        on: key.slice(0, 200),
        result: value.slice(0, 200),
      });
    },
  });
}
