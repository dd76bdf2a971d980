/**
 * The argument of check_policy_service: an endpoint, alone or in braces with attributes (postconf(5),
 * SMTPD_POLICY_README).
 */
import { splitList } from './lists.js';

/** What one check_policy_service says of the times and counts of its client, in place of smtpd_policy_service_... */
export interface PolicyServiceCall {
  /** Times in milliseconds. */
  readonly timeout?: number;
  readonly maxIdle?: number;
  readonly maxAge?: number;
  readonly requestLimit?: number;
  readonly tries?: number;
  readonly retryDelay?: number;
}

export interface PolicyEndpoint {
  readonly endpoint: string;
  readonly call: PolicyServiceCall;
  readonly defaultAction?: string;
  readonly policyContext?: string;
}

const times: Readonly<Record<string, keyof PolicyServiceCall>> = {
  timeout: 'timeout',
  max_idle: 'maxIdle',
  max_ttl: 'maxAge',
  retry_delay: 'retryDelay',
};
const counts: Readonly<Record<string, keyof PolicyServiceCall>> = { request_limit: 'requestLimit', try_limit: 'tries' };

/**
 * `inet:host:port`, `unix:path`, or `{ inet:host:port, timeout = 10s, default_action = DUNNO }`. A text says what is
 * wrong.
 */
export function readPolicyService(text: string): PolicyEndpoint | string {
  const inner = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text;
  const [endpoint = '', ...attributes] = inner === text ? [text] : splitOptions(inner);
  if (!/^(?:inet:.+:[^:]+|unix:.+)$/.test(endpoint)) return 'expected inet:host:port or unix:path';
  let read: PolicyEndpoint = { endpoint, call: {} };
  for (const attribute of attributes) {
    const bare = attribute.startsWith('{') && attribute.endsWith('}') ? attribute.slice(1, -1) : attribute;
    const equals = bare.indexOf('=');
    const name = bare.slice(0, Math.max(0, equals)).trim();
    const value = bare.slice(equals + 1).trim();
    if (name === 'default_action') read = { ...read, defaultAction: value };
    else if (name === 'policy_context') read = { ...read, policyContext: value };
    else {
      const number = readNumber(name, value);
      if (number === undefined) return `not an attribute of a policy service: ${bare.trim()}`;
      if (typeof number === 'string') return number;
      read = { ...read, call: { ...read.call, ...number } };
    }
  }
  return read;
}

/** Undefined for a name that is none of these. */
function readNumber(name: string, value: string): PolicyServiceCall | string | undefined {
  if (Object.hasOwn(times, name)) {
    const [, count = '', unit = 's'] = /^([0-9]{1,9})([smhdw]?)$/.exec(value) ?? [];
    if (count === '') return `${name}: expected a time, like 10s: ${value}`;
    return { [times[name] as string]: Number(count) * (milliseconds[unit] ?? 1000) };
  }
  if (!Object.hasOwn(counts, name)) return undefined;
  if (!/^[0-9]{1,9}$/.test(value)) return `${name}: expected a whole number: ${value}`;
  return { [counts[name] as string]: name === 'try_limit' ? Math.max(1, Number(value)) : Number(value) };
}

const milliseconds: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Elements between commas; blanks around `=` belong to the element. */
function splitOptions(text: string): readonly string[] {
  return splitList(text.replace(/[ \t\r\n]*=[ \t\r\n]*/g, '='));
}
