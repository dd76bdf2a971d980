/** Several tables of patterns as one, for parameters like `header_checks = pcre:a, regexp:b`. */
import type { RuleTable } from '../tables/regex/index.js';
import { tableList } from '../tables/simple-tables.js';

/** Several tables as one: the first rule that matches, in the order of the tables. */
export function joinedRules(tables: readonly RuleTable[]): RuleTable {
  const starts: number[] = [];
  let count = 0;
  for (const table of tables) {
    starts.push(count);
    count += table.rules.length;
  }
  const firstMatch =
    (matchers: readonly (Pick<RuleTable, 'match'> | undefined)[]): RuleTable['match'] =>
    (text, answers) => {
      const before = answers?.pending;
      for (const [at, matcher] of matchers.entries()) {
        const match = matcher?.match(text, answers);
        // A table before this one may still have the first rule.
        if (match !== undefined && answers?.pending !== before) return undefined;
        if (match !== undefined) return { ...match, index: match.index + (starts[at] ?? 0) };
      }
      return undefined;
    };
  const trusted = [...new Set(tables.flatMap((table) => table.trusted ?? []))];
  return {
    kind: 'rule-table',
    patterns: true,
    name: tables.map((table) => table.name).join(', '),
    rules: tables.flatMap((table) => table.rules),
    ...(trusted.length > 0 && { trusted }),
    lookup: tableList(...tables).lookup,
    match: firstMatch(tables),
    scan: (octets) => {
      const parts = tables.map((table) => table.scan(octets));
      if (parts.every((part) => part === undefined)) return undefined;
      return {
        next: (from) => Math.min(...parts.map((part) => part?.next(from) ?? octets.length)),
        match: (start, end, answers) => {
          const before = answers?.pending;
          for (const [at, part] of parts.entries()) {
            const match = part?.match(start, end, answers);
            if (match !== undefined && answers?.pending !== before) return undefined;
            if (match !== undefined) return { ...match, index: match.index + (starts[at] ?? 0) };
          }
          return undefined;
        },
      };
    },
  };
}
