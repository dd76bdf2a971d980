/**
 * Home folders and shells of accounts that the directory gives none: smb.conf(5), template homedir and template shell.
 * Of its substitutions those that winbindd(8) makes there: `%U` and `%u`, the name of the account; `%D`, the short name
 * of its domain; `%%`. Values that would leave the place of the template are refused, not repaired.
 */
import { ConfigurationError, type Problem } from '../values/errors.js';
import { malformed, type Parsed, parsed } from '../values/parsed.js';

export interface TemplateFacts {
  /** `%U`, `%u`. */
  readonly account: string;
  /** `%D`. */
  readonly domain?: string | undefined;
}

/** Malformed: the name cannot stand in a path. */
export type AccountTemplate = (facts: TemplateFacts) => Parsed<string>;

type Part = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'account' | 'domain' };

const PARTS: Readonly<Record<string, Part>> = {
  '%U': { kind: 'account' },
  '%u': { kind: 'account' },
  '%D': { kind: 'domain' },
  '%%': { kind: 'text', text: '%' },
};

/** PATH_MAX of Linux. */
const LONGEST_PATH = 4096;

/** `/home/%D/%U`. Throws ConfigurationError `options`: `bad-substitution` for another letter behind `%`, `bad-path`
 * for what is no absolute path without `.` and `..`. */
export function accountTemplate(template: string): AccountTemplate {
  const problems = templateProblems(template);
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  const parts = piecesOf(template).map((text): Part => PARTS[text] ?? { kind: 'text', text });
  return (facts) => {
    let path = '';
    for (const part of parts) {
      const text = part.kind === 'text' ? part.text : (facts[part.kind] ?? '');
      if (part.kind !== 'text' && !isSafe(text)) return malformed(`the ${part.kind} cannot stand in a path`);
      path += text;
    }
    const wrong = pathFault(path);
    return wrong === undefined ? parsed(path) : malformed(`the path ${wrong}`);
  };
}

/** What is wrong with it. */
export function templateProblems(template: unknown): readonly Problem[] {
  if (typeof template !== 'string')
    return [{ code: 'bad-path', message: 'a template is a path', construct: 'template' }];
  const problems: Problem[] = piecesOf(template)
    .filter((piece) => piece.startsWith('%') && !Object.hasOwn(PARTS, piece))
    .map((construct) => ({
      code: 'bad-substitution',
      message: `a template knows ${Object.keys(PARTS).join(', ')}`,
      construct,
    }));
  const fault = pathFault(template);
  if (fault !== undefined) problems.push({ code: 'bad-path', message: `a template ${fault}`, construct: template });
  return problems;
}

function piecesOf(template: string): readonly string[] {
  return template.match(/%[\s\S]?|[^%]+/gu) ?? [];
}

/** One component of a path. */
function isSafe(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && text.length <= 256 && !/[/\\\p{Cc}\p{Cs}]/u.test(text);
}

function pathFault(path: string): string | undefined {
  if (!path.startsWith('/')) return 'begins with a slash';
  if (path.length > LONGEST_PATH) return `has at most ${LONGEST_PATH} characters`;
  if (/[\p{Cc}\p{Cs}]/u.test(path)) return 'has no control characters';
  return path.split('/').some((one) => one === '.' || one === '..') ? 'has no . and no ..' : undefined;
}
