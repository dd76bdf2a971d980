/**
 * `meta` rules, each after those that it rests on. Counts of hits, not only whether there was one.
 */
import { ConfigurationError } from '../../../values/errors.js';
import { type Expression, hasCall, namesIn } from '../rules/expression.js';
import { evaluatorOf, type Value } from '../rules/expression-value.js';
import type { SpamRule } from '../rules/rule.js';
import type { Slot } from './slot.js';

/** What meta rules read. */
export interface Known {
  readonly counts: Float64Array;
  /** Of a rule that is run only when somebody asks. */
  demand(index: number): number;
}

export interface Meta {
  readonly slot: Slot;
  /** Names that it reads. */
  readonly names: ReadonlySet<string>;
  readonly value: Value<Known>;
}

/** `slots`: of all rules that are run, by name. `rules`: all, those too that are not run. In an order in which they can be run. */
export function metasInOrder(
  slots: ReadonlyMap<string, Slot>,
  rules: ReadonlyMap<string, SpamRule>,
  localTestsOnly: boolean,
  deferred: ReadonlyMap<number, unknown>,
): readonly Meta[] {
  const metas = new Map<string, Meta>();
  const matching = namesMatching([...rules.keys()]);
  for (const slot of slots.values()) {
    const { name, test } = slot.rule;
    if (test.kind !== 'meta') continue;
    const expression = hasCall(test.expression)
      ? withMatching(test.expression, (glob) => matching(glob, slot.rule))
      : test.expression;
    metas.set(name, { slot, names: namesIn(expression), value: worthOf(expression, slots, localTestsOnly, deferred) });
  }
  return inOrder(withoutSilent(metas, rules));
}

function worthOf(
  expression: Expression,
  slots: ReadonlyMap<string, Slot>,
  localTestsOnly: boolean,
  deferred: ReadonlyMap<number, unknown>,
): Value<Known> {
  return evaluatorOf<Known>(expression, {
    isDear: (name) => deferred.has(slots.get(name)?.index ?? -1),
    name: (name) => {
      if (name === 'local_tests_only') return () => (localTestsOnly ? 1 : 0);
      const index = slots.get(name)?.index;
      // A rule that does not exist, or is not run, has not hit.
      if (index === undefined) return () => 0;
      return deferred.has(index) ? (known) => known.demand(index) : (known) => known.counts[index] as number;
    },
    call: () => () => 0,
  });
}

/** `rules_matching(A_*)` as the sum of the rules of these names. */
function withMatching(expression: Expression, matching: (glob: string) => readonly string[]): Expression {
  switch (expression.kind) {
    case 'call': {
      return matching(expression.argument)
        .map((name): Expression => ({ kind: 'name', name }))
        .reduce((left, right): Expression => ({ kind: 'binary', operator: '+', left, right }), {
          kind: 'number',
          value: 0,
        } as Expression);
    }
    case 'unary':
      return { ...expression, of: withMatching(expression.of, matching) };
    case 'binary': {
      const { left, right } = expression;
      return { ...expression, left: withMatching(left, matching), right: withMatching(right, matching) };
    }
    case 'choice': {
      const { test, yes, no } = expression;
      return {
        ...expression,
        test: withMatching(test, matching),
        yes: withMatching(yes, matching),
        no: withMatching(no, matching),
      };
    }
    default:
      return expression;
  }
}

/** Rules that `rules_matching` puts into meta rules, in all of them together: each is asked for with every message. */
const MOST_MATCHING = 100_000;

/** Names that a glob fits, but for the rule's own; each glob is looked for once. */
function namesMatching(names: readonly string[]): (glob: string, rule: SpamRule) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  let total = 0;
  return (glob, { name: self, source }) => {
    const found = known.get(glob) ?? names.filter(nameMatcher(glob)).sort();
    known.set(glob, found);
    total += found.length;
    if (total <= MOST_MATCHING) return found.filter((name) => name !== self);
    const message = `${self}: rules_matching stands for more than ${MOST_MATCHING} rules in all`;
    throw new ConfigurationError('spam-rules', [{ code: 'too-large', message, source }]);
  };
}

/** Stars and question marks, without trying ways: the last star takes what the others leave. */
function nameMatcher(glob: string): (name: string) => boolean {
  return (name) => {
    let [at, in_] = [0, 0];
    let [star, resume] = [-1, 0];
    while (in_ < name.length) {
      if (glob[at] === '*') [star, resume] = [at++, in_];
      else if (glob[at] === '?' || glob[at] === name[in_]) [at, in_] = [at + 1, in_ + 1];
      else if (star === -1) return false;
      else [at, in_] = [star + 1, ++resume];
    }
    while (glob[at] === '*') at++;
    return at === glob.length;
  };
}

/** One that rests on a meta rule of no points is never decided, nor are those that rest on it: as SpamAssassin has it. */
function withoutSilent(metas: Map<string, Meta>, rules: ReadonlyMap<string, SpamRule>): ReadonlyMap<string, Meta> {
  const dependents = new Map<string, string[]>();
  for (const [name, { names }] of metas) {
    for (const one of names) {
      const list = dependents.get(one);
      if (list === undefined) dependents.set(one, [name]);
      else list.push(name);
    }
  }
  const silent = [...dependents.keys()].filter((name) => rules.get(name)?.test.kind === 'meta' && !metas.has(name));
  for (let name = silent.pop(); name !== undefined; name = silent.pop()) {
    for (const one of dependents.get(name) ?? []) if (metas.delete(one)) silent.push(one);
  }
  return metas;
}

function inOrder(metas: ReadonlyMap<string, Meta>): readonly Meta[] {
  const order: Meta[] = [];
  const entered = new Set<string>();
  for (const start of metas.values()) {
    const path = [{ meta: start, open: [...start.names] }];
    if (entered.has(start.slot.rule.name)) continue;
    entered.add(start.slot.rule.name);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const name = top.open.pop();
      const next = name === undefined || entered.has(name) ? undefined : metas.get(name);
      if (next !== undefined) {
        entered.add(name as string);
        path.push({ meta: next, open: [...next.names] });
      } else if (name === undefined) {
        order.push(top.meta);
        path.pop();
      }
    }
  }
  return order;
}
