/**
 * How often Perl 5.36 found patterns in texts (`while ($text =~ /$pattern/g)`, flag `aa`), recorded: a line each in
 * perl-answers.jsonl, octets as Latin-1. A count of 30 is as far as was counted.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { perlPattern } from '../../../src/tables/regex/perl-pattern.js';
import { mayMatch } from '../../../src/tables/regex/required-literals.js';
import { encodeLatin1 } from '../../../src/values/bytes.js';

interface Recorded {
  readonly pattern: string;
  readonly flags: string;
  readonly text: string;
  readonly count: number;
}

const recorded = readFileSync(new URL('perl-answers.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

const byPattern = new Map<string, Recorded[]>();
for (const one of recorded) {
  const key = `/${one.pattern}/${one.flags}`;
  byPattern.set(key, [...(byPattern.get(key) ?? []), one]);
}

describe('the answers of Perl', () => {
  test.for([...byPattern])('%s', ([, cases]) => {
    for (const { pattern, flags, text, count } of cases) {
      const compiled = perlPattern(pattern, flags);
      if (compiled.kind === 'refused') throw new Error(compiled.why);
      // Between other texts, which it must not see.
      const octets = encodeLatin1(`ab\n${text}\nab`);
      const span = { octets, from: 3, to: 3 + text.length };
      expect([text, compiled.count(span, 30)]).toEqual([text, count]);
      expect([text, compiled.test(span)]).toEqual([text, count > 0]);
      if (count > 0) expect(mayMatch(compiled.required, text.toLowerCase())).toBe(true);
    }
  });
});
