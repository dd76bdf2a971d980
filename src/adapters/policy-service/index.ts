/** Entry point: the client of policy services. Needs Node alone. */
export { type PolicyServiceClient, policyService } from './client.js';
export type { PolicyEndpoint, PolicyServiceOptions } from './settings.js';
