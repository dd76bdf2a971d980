/** Entry point: a Postfix configuration as a policy. Needs Node alone. */
export type { PostfixTexts } from './files.js';
export type { ParameterStatus } from './parameters.js';
export { type PostfixReading, type PostfixSettings, readPostfix } from './read-postfix.js';
export type { ReportRow } from './report.js';
export { type RestrictionsFinding, restrictionsFinding } from './restrictions-stage.js';
