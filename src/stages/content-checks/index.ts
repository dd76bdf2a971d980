/**
 * Content checks by Postfix's tables (header_checks(5)), all in one pass, or one table by itself.
 */
export {
  type BodyChecksFinding,
  type BodyHit,
  bodyChecksFinding,
  type HeaderChecksFinding,
  type HeaderHit,
  type HeaderKind,
  headerChecksFinding,
} from '../../tables/checks/finding.js';
export {
  type ChecksTable,
  type ContentChecksOptions,
  type ContentChecksStage,
  type ContentLimits,
  contentChecks,
} from './content-checks.js';
export { type ContentVerdict, contentVerdictFinding, type LateContentChecksStage, lateContentChecks } from './late.js';
export {
  type BodyChecksEdit,
  type BodyChecksOptions,
  type BodyChecksStage,
  bodyChecks,
  type HeaderChecksEdit,
  type HeaderChecksOptions,
  type HeaderChecksStage,
  headerChecks,
} from './one-table.js';
export type { ContentChecksEdit } from './plan.js';
