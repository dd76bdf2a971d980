/**
 * `removeForgedFields`: takes fields out that came from outside and speak in our name, so that no stage or program behind
 * believes a stranger (RFC 8601 section 5). Put it behind the stages that verify signatures, which need the message as it came,
 * and before all that read such fields. For clients of ours that may write them, wrap it in `when`.
 */
import { removeHeader } from '../../core/edit.js';
import { type FindingKey, finding } from '../../core/finding.js';
import { defineStage, type Stage } from '../../core/stage.js';
import { compileForgedFields, type ForgedField, type ForgedFieldsOptions } from './forged.js';

export interface ForgedFieldsFinding {
  /** How many were removed, by this stage and those before it. */
  readonly removed: number;
  /** Name and why, of the first 20. */
  readonly fields: readonly { readonly name: string; readonly why: string }[];
}

export const forgedFieldsFinding: FindingKey<'forgedFields', ForgedFieldsFinding> = finding('forgedFields');

export interface RemoveForgedFieldsStage
  extends Stage<{
    readonly name: 'removeForgedFields';
    readonly at: 'message';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly forgedFields: ForgedFieldsFinding };
    readonly edits: 'remove-header';
    readonly accepts: false;
    readonly decides: never;
  }> {}

/** Throws ConfigurationError `options` with all problems. */
export function removeForgedFields(options: ForgedFieldsOptions): RemoveForgedFieldsStage {
  const forgedFields = compileForgedFields(options);
  return defineStage({
    name: 'removeForgedFields',
    at: 'message',
    gives: [forgedFieldsFinding],
    edits: ['remove-header'],
    run: ({ message }) => {
      const forged = forgedFields(message.header);
      return {
        findings: forgedFieldsFinding.of(listed(forged)),
        edits: forged.map(({ field }) => removeHeader(field)),
      };
    },
  });
}

const LISTED = 20;

/** For the trace: a message may have thousands. `before`: what an earlier stage removed. */
export function listed(forged: readonly ForgedField[], before?: ForgedFieldsFinding): ForgedFieldsFinding {
  const fields = forged.slice(0, LISTED).map(({ field, why }) => ({ name: field.name, why }));
  if (before === undefined) return { removed: forged.length, fields };
  return { removed: before.removed + forged.length, fields: [...before.fields, ...fields].slice(0, LISTED) };
}
