/**
 * Rules as they are gathered: a definition, its points, description and flags stand on lines of their own, in any order, and a later
 * line replaces an earlier one.
 */
import type { SourcePosition } from '../../../values/errors.js';
import type { RuleTest, SpamRule } from './rule.js';

type Scores = SpamRule['scores'];

interface Defined {
  readonly name: string;
  readonly test: RuleTest;
  readonly source: SourcePosition;
}

export interface RuleBook {
  define(name: string, test: RuleTest, source: SourcePosition): void;
  defined(name: string): Defined | undefined;
  /** What is wrong with the line, in words. */
  score(value: string): string | undefined;
  describe(value: string): string | undefined;
  tflags(value: string): string | undefined;
  priority(value: string): string | undefined;
  shortCircuit(value: string): string | undefined;
  rules(): SpamRule[];
}

const NUMBER = /^[+-]?\d{1,9}(?:\.\d{1,20})?$/;
const RELATIVE = /^\(([+-]?\d{1,9}(?:\.\d{1,20})?)\)$/;

export function ruleBook(): RuleBook {
  const definitions = new Map<string, Defined>();
  const scores = new Map<string, Scores>();
  const descriptions = new Map<string, string>();
  const flags = new Map<string, readonly string[]>();
  const priorities = new Map<string, number>();
  const circuits = new Map<string, SpamRule['shortCircuit']>();

  function ruleOf({ name, test, source }: Defined): SpamRule {
    const tflags = flags.get(name) ?? [];
    const maxHits = tflags.map((flag) => /^maxhits=(\d{1,9})$/.exec(flag)?.[1]).find((one) => one !== undefined);
    const net = tflags.includes('net');
    return {
      name,
      test,
      scores: scores.get(name) ?? defaultScores(name, tflags.includes('nice')),
      description: descriptions.get(name),
      tflags: new Set(tflags),
      maxHits: maxHits === undefined ? undefined : Number(maxHits),
      priority: priorities.get(name) || (net ? -100 : 0),
      shortCircuit: circuits.get(name) ?? 'off',
      source,
    };
  }

  return {
    define: (name, test, source) => {
      const before = definitions.get(name)?.test;
      // Conditions of a second `uri_detail` line join those of the first.
      const whole =
        before?.kind === 'uri-detail' && test.kind === 'uri-detail'
          ? { ...test, conditions: joined(before.conditions, test.conditions) }
          : test;
      definitions.set(name, { name, test: whole, source });
    },
    defined: (name) => definitions.get(name),
    score: (value) => {
      const [name = '', ...words] = value.split(/\s+/);
      if (words.length !== 1 && words.length !== 4) return 'the name of a rule and 1 or 4 numbers are expected';
      const values = words.map((word) => RELATIVE.exec(word)?.[1] ?? word);
      const wrong = values.find((word) => !NUMBER.test(word));
      if (wrong !== undefined) return `a number is expected, not ${JSON.stringify(wrong.slice(0, 40))}`;
      const four = (values.length === 1 ? Array<string>(4).fill(values[0] as string) : values).map(Number);
      const known = scores.get(name);
      if (words.some((word) => RELATIVE.test(word))) {
        if (known === undefined) return `${name} has no points yet that these could be added to`;
        scores.set(name, four.map((one, at) => one + (known[at] as number)) as unknown as Scores);
      } else {
        scores.set(name, four as unknown as Scores);
      }
      return undefined;
    },
    describe: (value) => {
      const [name, text] = nameAnd(value);
      if (text === '') return 'the name of a rule and a text are expected';
      descriptions.set(name, text);
      return undefined;
    },
    tflags: (value) => {
      const [name, text] = nameAnd(value);
      if (text === '') return 'the name of a rule and flags are expected';
      flags.set(name, text.split(/\s+/));
      return undefined;
    },
    priority: (value) => {
      const [name, text] = nameAnd(value);
      if (!/^-?\d{1,6}$/.test(text)) return 'the name of a rule and a whole number are expected';
      priorities.set(name, Number(text));
      return undefined;
    },
    shortCircuit: (value) => {
      const [name, kind] = nameAnd(value);
      if (kind !== 'on' && kind !== 'off' && kind !== 'ham' && kind !== 'spam') {
        return 'the name of a rule and on, off, ham or spam are expected';
      }
      circuits.set(name, kind);
      // Mail::SpamAssassin::Plugin::Shortcircuit(3): such rules run early, unless told otherwise.
      if (kind === 'ham' || kind === 'spam') priorities.set(name, priorities.get(name) || -200);
      if (kind === 'ham') flags.set(name, [...(flags.get(name) ?? []), 'nice']);
      return undefined;
    },
    rules: () => [...definitions.values()].map(ruleOf),
  };
}

function nameAnd(value: string): readonly [string, string] {
  const [, name = '', text = ''] = /^(\S+)\s*(.*)$/s.exec(value) ?? [];
  return [name, text];
}

function joined<T extends { readonly key: string }>(before: readonly T[], after: readonly T[]): readonly T[] {
  return [...new Map([...before, ...after].map((one) => [one.key, one])).values()];
}

/** Mail::SpamAssassin::Conf(3), `score`: 1 point, or 0.01 for rules under test; as many less where the rule is `nice`. */
function defaultScores(name: string, nice: boolean): Scores {
  const points = (name.startsWith('T_') ? 0.01 : 1) * (nice ? -1 : 1);
  return [points, points, points, points];
}
