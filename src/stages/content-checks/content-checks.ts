/**
 * Content checks by Postfix's tables (header_checks(5)): header_checks, mime_header_checks, nested_header_checks and
 * body_checks, in one pass over the message. HOLD goes on with the checks, so that a later REJECT, DISCARD or REDIRECT still
 * counts; these and PASS end them. Not here: what a decoder would find, all is matched as it is transmitted.
 */
import type { CannotTellRule } from '../../core/decision.js';
import { defineStage, type Stage } from '../../core/stage.js';
import { type ActionTable, actionTable } from '../../tables/checks/action-table.js';
import {
  type BodyChecksFinding,
  bodyChecksFinding,
  type HeaderChecksFinding,
  headerChecksFinding,
} from '../../tables/checks/finding.js';
import type { RuleSource, RuleTable } from '../../tables/regex/index.js';
import { ConfigurationError, isConfigurationError, type Problem } from '../../values/errors.js';
import { DEFAULT_MIME_LIMITS } from '../../values/mime/index.js';
import { asksFor } from './asking.js';
import { check } from './check.js';
import { type ContentChecksEdit, decidesFor, editsFor, type Plan } from './plan.js';

/** A table, or its text: `{ pcre: text, file }`. */
export type ChecksTable = RuleTable | RuleSource;

/** A limit is lifted by `Infinity`. */
export interface ContentLimits {
  /** Octets of a header field at which no more of its lines are looked at. Default 102,400, Postfix's header_size_limit. */
  readonly headerSizeLimit?: number;
  /** Octets of each MIME part that are looked at. Default 51,200, Postfix's body_checks_size_limit. */
  readonly bodySizeLimit?: number;
  /** Octets at which a long line is cut. Default 2,048, Postfix's line_length_limit. */
  readonly lineLimit?: number;
  /** Multiparts inside one another; with more the message is refused. Default 100, Postfix's mime_nesting_limit. */
  readonly nestingLimit?: number;
  /** Octets of a boundary that count. Default 2,048, Postfix's mime_boundary_length_limit. */
  readonly boundaryLimit?: number;
  /** False: MIME structure is not looked at (Postfix's disable_mime_input_processing). Default true. */
  readonly mime?: boolean;
  /**
   * When the engine of a trusted table could not tell: the time for a pattern was over. Nothing that follows is then looked at.
   * Default `defer`.
   */
  readonly cannotTell?: Exclude<CannotTellRule, 'quarantine'>;
}

export interface ContentChecksOptions extends ContentLimits {
  /** For fields of the message's own header that are not about MIME (header_checks). */
  readonly header?: ChecksTable;
  /** For fields about MIME, and all fields of MIME parts (mime_header_checks). Default: `header`. */
  readonly mimeHeader?: ChecksTable | 'none';
  /** For other fields in headers of attached messages (nested_header_checks). Default: `header`. */
  readonly nestedHeader?: ChecksTable | 'none';
  /** For lines that are in no header (body_checks). */
  readonly body?: ChecksTable;
}

/** Its type names what any table may need; `edits` and `decides` name what these tables need. */
export interface ContentChecksStage
  extends Stage<{
    readonly name: 'contentChecks';
    readonly at: 'message';
    readonly needs: object;
    readonly uses: object;
    readonly gives: { readonly headerChecks: HeaderChecksFinding; readonly bodyChecks: BodyChecksFinding };
    readonly edits: ContentChecksEdit;
    readonly accepts: false;
    readonly decides: 'hold' | 'redirect';
  }> {}

/** Throws ConfigurationError `table` with everything that is wrong with any of the tables. */
export function contentChecks(options: ContentChecksOptions): ContentChecksStage {
  const plan = planOf(options);
  return defineStage({
    name: 'contentChecks',
    at: 'message',
    gives: [headerChecksFinding, bodyChecksFinding],
    edits: editsFor(plan),
    decides: decidesFor(plan),
    asks: asksFor(plan, options),
    run: (tx, ctx) => check(plan, tx, ctx),
  });
}

/** A table that stands in several places is read once. */
export function planOf(options: ContentChecksOptions): Plan {
  const problems: Problem[] = [];
  const read = reader(problems);
  const header = read(options.header, 'header');
  const mime = read(options.mimeHeader ?? options.header, 'header');
  const nested = read(options.nestedHeader ?? options.header, 'header');
  const body = read(options.body, 'body');
  if (problems.length > 0) throw new ConfigurationError('table', problems);
  const limits = {
    ...DEFAULT_MIME_LIMITS,
    nesting: options.nestingLimit ?? DEFAULT_MIME_LIMITS.nesting,
    boundary: options.boundaryLimit ?? DEFAULT_MIME_LIMITS.boundary,
    field: options.headerSizeLimit ?? DEFAULT_MIME_LIMITS.field,
    line: options.lineLimit ?? DEFAULT_MIME_LIMITS.line,
    structure: options.mime ?? true,
  };
  const trusted = [...new Set([header, mime, nested, body].flatMap((one) => one?.table.trusted ?? []))];
  const fields = { header, mime, nested };
  return { fields, body, bodySizeLimit: options.bodySizeLimit ?? 51_200, mime: limits, trusted };
}

type Read = (rules: ChecksTable | 'none' | undefined, subject: 'header' | 'body') => ActionTable | undefined;

function reader(problems: Problem[]): Read {
  const known = new Map<ChecksTable, ActionTable | undefined>();
  return (rules, subject) => {
    if (rules === undefined || rules === 'none') return undefined;
    // The same text may be right for a body and wrong for a header.
    if (subject === 'header' && known.has(rules)) return known.get(rules);
    const table = tryRead(rules, subject, problems);
    if (subject === 'header') known.set(rules, table);
    return table;
  };
}

function tryRead(rules: ChecksTable, subject: 'header' | 'body', problems: Problem[]): ActionTable | undefined {
  try {
    return actionTable(rules, subject);
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}
