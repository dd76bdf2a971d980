/**
 * What the program that reads a configuration can do for it: ask the DNS and policy services, verify passwords; and the
 * parameters of Postfix that govern such questions.
 */
import { join } from 'node:path';
import type { Credentials } from '../ports/credentials.js';
import type { PolicyService } from '../ports/policy-service.js';
import type { Resolver } from '../ports/resolver.js';

import { addressResolver, type RouteOptions, recipientValidator } from '../stages/routing/index.js';
import { isConfigurationError } from '../values/errors.js';
import type { ParameterView } from './parameter-view.js';
import type { PolicyServiceCall } from './policy-endpoint.js';
import type { Omissible, RestrictionAbilities } from './restriction-stages.js';

export interface Abilities {
  /** For restrictions that ask the DNS, and for the names of clients. Where a list needs it, it must be given:
   * `needs-resolver`. */
  readonly resolver?: Resolver;
  /** Makes the client of a policy service: `policyService` of adapters/policy-service fits. Where check_policy_service
   * stands, it must be given: `needs-policy-service`. */
  readonly policyService?: (endpoint: PolicyServiceEndpoint, times: PolicyServiceTimes) => PolicyService;
  /** Who verifies passwords, where smtpd_sasl_auth_enable is on. Without it nobody can log in. */
  readonly credentials?: Credentials;
  /** What is not given on purpose: the restrictions that need it are left out, and the report says so. */
  readonly without?: readonly Omissible[];
}

export type PolicyServiceEndpoint = { readonly host: string; readonly port: number } | { readonly path: string };

/** Times in milliseconds (smtpd_policy_service_...). */
export interface PolicyServiceTimes {
  readonly timeout: number;
  readonly maxIdle: number;
  readonly maxAge: number;
  readonly requestLimit: number;
  readonly tries: number;
  readonly retryDelay: number;
}

export function restrictionAbilities(
  view: ParameterView,
  routing: RouteOptions,
  validating: boolean,
  { resolver, policyService, without }: Abilities,
): RestrictionAbilities {
  const recipients = validating ? made(recipientValidator, routing) : undefined;
  const addresses = made(addressResolver, routing);
  return {
    ...(resolver !== undefined && { resolver }),
    ...(recipients !== undefined && { recipients }),
    ...(addresses !== undefined && { addresses }),
    ...(without !== undefined && { without }),
    ...(policyService !== undefined && {
      policyService: (text: string, call: PolicyServiceCall) =>
        policyService(endpointOf(text, view.text('queue_directory')), { ...times(view), ...call }),
    }),
  };
}

function times(view: ParameterView): PolicyServiceTimes {
  return {
    timeout: view.time('smtpd_policy_service_timeout'),
    maxIdle: view.time('smtpd_policy_service_max_idle'),
    maxAge: view.time('smtpd_policy_service_max_ttl'),
    requestLimit: view.count('smtpd_policy_service_request_limit'),
    tries: Math.max(1, view.count('smtpd_policy_service_try_limit')),
    retryDelay: view.time('smtpd_policy_service_retry_delay'),
  };
}

/** `inet:host:port`, or `unix:path` below queue_directory. The form was checked before. */
function endpointOf(text: string, queueDirectory: string): PolicyServiceEndpoint {
  const unix = /^unix:(.*)$/.exec(text)?.[1];
  if (unix !== undefined) return { path: unix.startsWith('/') ? unix : join(queueDirectory, unix) };
  const colon = text.lastIndexOf(':');
  return { host: text.slice('inet:'.length, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(text.slice(colon + 1)) };
}

/**
 * Which addresses exist, and what they are, by the tables of routing. Undefined where the options are wrong: `route`
 * tells of it.
 */
function made<T>(make: (options: RouteOptions) => T, options: RouteOptions): T | undefined {
  try {
    return make(options);
  } catch (error) {
    if (isConfigurationError(error)) return undefined;
    throw error;
  }
}
