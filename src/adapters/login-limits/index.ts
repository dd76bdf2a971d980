/** Entry point: limits on guessing passwords, around any port Credentials. Needs Node alone. */
export { limitLogins } from './login-limits.js';
export type { AttemptLimit, LoginLimitsOptions } from './settings.js';
