/**
 * The list `domain` of an `ldap:` table: domains, `/file` with more of them, `type:table` that has them as keys; `!` in
 * front means no, and the first that matches decides (match_list(3)). What lies below a domain is another domain.
 * Compared without regard to letter case.
 */
import type { MaybePromise, PortCall } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { Table } from '../../core/table.js';
import { type Answer, found, notFound } from '../../values/answer.js';
import { decodeText } from '../../values/bytes.js';
import type { SourcePosition } from '../../values/errors.js';
import { splitWords } from '../braces.js';
import { foldCase } from '../case-fold.js';
import { logicalLines } from '../logical-lines.js';
import { refuseTable, tableProblem } from '../memory-table.js';

/** What the list may name: a table (throws ConfigurationError), the text of a file. */
export interface DomainListFiles {
  readonly table: (name: string, source: SourcePosition) => Table;
  readonly read: (path: string, source: SourcePosition) => { readonly file: string; readonly bytes: Uint8Array };
}

export type DomainList = (domain: string, call?: PortCall) => MaybePromise<Answer<unknown>>;

const NESTING_LIMIT = 5;

interface Element {
  readonly excludes: boolean;
  readonly has: DomainList;
}

/** Without `files`, names of domains alone can stand in it. Throws ConfigurationError `table`. */
export function domainList(list: string, source: SourcePosition, files?: DomainListFiles): DomainList {
  const elements = elementsOf(list, source, files, false, 0);
  const from = (at: number, domain: string, call: PortCall | undefined): MaybePromise<Answer<unknown>> => {
    const element = elements[at];
    if (element === undefined) return notFound();
    return andThen(element.has(domain, call), (answer) => {
      if (answer.kind === 'not-found') return from(at + 1, domain, call);
      return answer.kind === 'found' && element.excludes ? notFound() : answer;
    });
  };
  return (domain, call) => from(0, foldCase(domain), call);
}

function elementsOf(
  list: string,
  source: SourcePosition,
  files: DomainListFiles | undefined,
  excludes: boolean,
  depth: number,
): readonly Element[] {
  if (depth > NESTING_LIMIT) refuseTable([tableProblem('nested-files', 'files of lists nest too deep', source, list)]);
  return splitWords(list).flatMap((word): readonly Element[] => {
    const text = word.replace(/^!+/, '');
    const no = excludes !== ((word.length - text.length) % 2 === 1);
    const named = /^\/|:/.test(text);
    if (!named) {
      const domain = foldCase(text);
      return [{ excludes: no, has: (asked) => (asked === domain ? found(true) : notFound()) }];
    }
    if (files === undefined) {
      refuseTable([tableProblem('bad-domain', 'domain: expected the name of a domain', source, text)]);
      return [];
    }
    if (!text.startsWith('/')) {
      const table = files.table(text, source);
      return [{ excludes: no, has: (asked, call) => table.lookup(asked, call) }];
    }
    const { file, bytes } = files.read(text, source);
    return logicalLines(decodeText(bytes)).flatMap((line) =>
      elementsOf(line.text, { file, line: line.line }, files, no, depth + 1),
    );
  });
}
