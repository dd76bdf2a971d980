/**
 * The tables of content checks, by what they are held against, and what these tables may come to need: known when the
 * stage is made. Postfix's header_checks, mime_header_checks, nested_header_checks, body_checks.
 */
import type { BacktrackingRegex } from '../../ports/backtracking-regex.js';
import type { ActionKind } from '../../tables/checks/action.js';
import type { ActionTable } from '../../tables/checks/action-table.js';
import type { HeaderKind } from '../../tables/checks/finding.js';
import { checksDecide, type EnvelopeEditKind, envelopeEdits } from '../../tables/checks/outcome.js';
import type { MimeLimits, WhatHeader } from '../../values/mime/index.js';
import { isMimeField } from '../../values/mime/index.js';

export type ContentChecksEdit =
  | 'insert-header'
  | 'replace-header'
  | 'remove-header'
  | 'replace-body'
  | EnvelopeEditKind;

export interface Plan {
  readonly fields: Readonly<Record<HeaderKind, ActionTable | undefined>>;
  readonly body: ActionTable | undefined;
  readonly bodySizeLimit: number;
  readonly mime: MimeLimits;
  /** The engines of trusted tables; mostly none. */
  readonly trusted: readonly BacktrackingRegex[];
}

/** header_checks(5): fields about MIME are MIME headers wherever they stand, and so are all fields of a part. */
export function headerKind(of: WhatHeader, lowerName: string): HeaderKind {
  if (of === 'multipart' || isMimeField(lowerName)) return 'mime';
  return of === 'nested' ? 'nested' : 'header';
}

/** Each table once. */
export function tablesOf({ fields, body }: Plan): readonly ActionTable[] {
  const all = [fields.header, fields.mime, fields.nested, body];
  return [...new Set(all)].filter((table) => table !== undefined);
}

function kindsOf(...tables: readonly (ActionTable | undefined)[]): ReadonlySet<ActionKind> {
  return new Set(tables.flatMap((table) => (table === undefined ? [] : [...table.kinds])));
}

export function editsFor(plan: Plan): readonly ContentChecksEdit[] {
  const { fields, body } = plan;
  const own = kindsOf(fields.header, fields.mime);
  const below = kindsOf(fields.mime, fields.nested, body);
  const edits: ContentChecksEdit[] = [];
  if (own.has('prepend')) edits.push('insert-header');
  if (own.has('replace')) edits.push('replace-header');
  if (own.has('ignore') || own.has('strip')) edits.push('remove-header');
  if ((['prepend', 'replace', 'ignore', 'strip'] as const).some((kind) => below.has(kind))) edits.push('replace-body');
  return [...edits, ...envelopeEdits(kindsOf(...tablesOf(plan)))];
}

export function decidesFor(plan: Plan): readonly ('hold' | 'redirect')[] {
  return checksDecide(kindsOf(...tablesOf(plan)));
}
