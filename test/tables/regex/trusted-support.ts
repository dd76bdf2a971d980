import type { BacktrackingQuestion, BacktrackingRegex } from '../../../src/ports/backtracking-regex.js';
import { found } from '../../../src/values/answer.js';

/** The port in this thread and without a deadline, for patterns that do not run away; it keeps what it was asked. */
export function directRegex(): BacktrackingRegex & { readonly asked: BacktrackingQuestion[] } {
  const asked: BacktrackingQuestion[] = [];
  return {
    asked,
    search(question) {
      asked.push(question);
      const { patterns, texts } = question;
      const matches = texts.items.flatMap((item) =>
        item.patterns.map((index) => {
          const { source, flags, groups } = patterns[index] as BacktrackingQuestion['patterns'][number];
          const match = new RegExp(source, flags).exec(item.text);
          return match && groups.map((group) => match[group] ?? null);
        }),
      );
      return found({ kind: 'body', size: matches.length, matches });
    },
  };
}

/** The same patterns, but each one that `which` picks such that no linear-time engine runs it. */
export function harder(table: string, which: (index: number) => boolean): string {
  let index = 0;
  return table
    .split('\n')
    .map((line) =>
      line.replace(/^(if )?(!?)~(.*)~/, (all, head = '', not, pattern) =>
        which(index++) ? `${head}${not}~()\\1(?:${pattern})~` : all,
      ),
    )
    .join('\n');
}
