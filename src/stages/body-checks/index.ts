/**
 * Body checks by Postfix's tables (body_checks in header_checks(5)).
 */
export { type BodyChecksFinding, type BodyHit, bodyChecksFinding } from '../../tables/checks/finding.js';
export { type BodyChecksEdit, type BodyChecksOptions, type BodyChecksStage, bodyChecks } from './body-checks.js';
