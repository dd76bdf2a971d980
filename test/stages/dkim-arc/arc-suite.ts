/** The format of the ARC test suite: YAML documents, each a scenario with keys. Test names repeat inside one mapping. */
import { parseAllDocuments } from 'yaml';

export interface ArcTest {
  readonly name: string;
  /** With CRLF. */
  readonly message: string;
  readonly cv: 'none' | 'pass' | 'fail';
}

export interface ArcScenario {
  readonly description: string;
  readonly keys: Readonly<Record<string, string>>;
  readonly tests: readonly ArcTest[];
}

interface Written {
  readonly description: string;
  readonly tests: Readonly<Record<string, { readonly message: string; readonly cv: string | null }>>;
  readonly 'txt-records': Readonly<Record<string, string>>;
}

export function readArcSuite(text: string): readonly ArcScenario[] {
  const documents = parseAllDocuments(numbered(text)) as readonly { toJS(): unknown }[];
  return documents.flatMap((document) => {
    const written = document.toJS() as Written | null;
    if (written === null) return [];
    const tests = Object.entries(written.tests).map(([name, { message, cv }]): ArcTest => {
      // An empty cv means that the chain is broken.
      const wanted = cv === null || cv.trim() === '' ? 'fail' : cv.trim().toLowerCase();
      return { name, message: message.replace(/\r?\n/g, '\r\n'), cv: wanted as ArcTest['cv'] };
    });
    return [{ description: written.description.trim(), keys: written['txt-records'], tests }];
  });
}

/** A number behind each name that was there before in its document. */
function numbered(text: string): string {
  let seen = new Map<string, number>();
  return text
    .split('\n')
    .map((line) => {
      if (line.startsWith('---')) seen = new Map();
      const name = /^ {2}([a-z0-9_]+):\s*$/.exec(line)?.[1];
      if (name === undefined) return line;
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      return count === 1 ? line : `  ${name}_${count}:`;
    })
    .join('\n');
}
