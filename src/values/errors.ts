/**
 * Wrong configuration: the only thing that our factories throw for. All problems are gathered and thrown at
 * once. Test `error.kind` or `error.code`, never `instanceof`: a CommonJS and an ESM copy of this class may
 * live side by side.
 */

/** Where in what the operator wrote. `line` counts from 1. */
export interface SourcePosition {
  /** The file, or a name for text that came from no file ("inline", "header_checks"). */
  readonly file: string;
  readonly line?: number;
}

export interface Problem {
  /** What kind of problem, stable across versions: `unknown-action`, `bad-pattern`, `unmet-need` ... */
  readonly code: string;
  /** One sentence: what is wrong and what was expected. */
  readonly message: string;
  readonly source?: SourcePosition;
  /** The part of the text at fault, at most 120 characters. */
  readonly construct?: string;
}

export class ConfigurationError extends Error {
  readonly kind = 'configuration-error';
  readonly code: string;
  readonly problems: readonly Problem[];

  /** `code` names the family ("policy", "table", "options"); `problems` is never empty. */
  constructor(code: string, problems: readonly Problem[]) {
    super(problems.map(renderProblem).join('\n'));
    this.name = 'ConfigurationError';
    this.code = code;
    this.problems = problems;
  }
}

/** `file:line: message: construct`, the form that editors and people jump from. */
export function renderProblem(problem: Problem): string {
  const { source, construct } = problem;
  const where = source === undefined ? '' : `${source.file}${source.line === undefined ? '' : `:${source.line}`}: `;
  const what =
    construct === undefined ? '' : `: ${construct.length > 120 ? `${construct.slice(0, 117)}...` : construct}`;
  return `${where}${problem.message}${what}`;
}

/** True for a ConfigurationError of any copy of this module. */
export function isConfigurationError(error: unknown): error is ConfigurationError {
  return typeof error === 'object' && error !== null && (error as { kind?: unknown }).kind === 'configuration-error';
}
