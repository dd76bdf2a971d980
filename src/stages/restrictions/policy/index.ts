/** What check_policy_service tells a policy service. No stage and no effect. */
export { type PolicyFacts, type ProtocolState, policyAttributes } from './attributes.js';
