export * from './authentication-results.js';
export type { ForgedFieldsOptions } from './forged.js';
export * from './received-spf.js';
export {
  type ForgedFieldsFinding,
  forgedFieldsFinding,
  type RemoveForgedFieldsStage,
  removeForgedFields,
} from './remove-forged-fields.js';
