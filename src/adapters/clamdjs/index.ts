/** Entry point: the scanner over the package `clamdjs`. Prefer `clamd`, which needs no package and holds no message. */
export type { Endpoint as ClamdjsEndpoint } from '../shared/endpoint.js';
export { type Clamdjs, type ClamdjsModule, type ClamdjsOptions, clamdjs } from './clamdjs.js';
