/**
 * Header checks by Postfix's tables (header_checks(5)).
 */
export { type HeaderChecksFinding, type HeaderHit, headerChecksFinding } from '../../tables/checks/finding.js';
export {
  type HeaderChecksEdit,
  type HeaderChecksOptions,
  type HeaderChecksStage,
  headerChecks,
} from './header-checks.js';
