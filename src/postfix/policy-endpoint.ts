/** The argument of check_policy_service: an endpoint, alone or in braces with attributes (postconf(5), SMTPD_POLICY_README). */
import { splitList } from './lists.js';

export interface PolicyEndpoint {
  readonly endpoint: string;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly defaultAction?: string;
  readonly policyContext?: string;
}

/** `inet:host:port`, `unix:path`, or `{ inet:host:port, timeout = 10s, default_action = DUNNO }`. A text says what is wrong. */
export function readPolicyService(text: string): PolicyEndpoint | string {
  const inner = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text;
  const [endpoint = '', ...attributes] = inner === text ? [text] : splitOptions(inner);
  if (!/^(?:inet:.+:[^:]+|unix:.+)$/.test(endpoint)) return 'expected inet:host:port or unix:path';
  let read: PolicyEndpoint = { endpoint };
  for (const attribute of attributes) {
    const bare = attribute.startsWith('{') && attribute.endsWith('}') ? attribute.slice(1, -1) : attribute;
    const equals = bare.indexOf('=');
    const name = bare.slice(0, Math.max(0, equals)).trim();
    const value = bare.slice(equals + 1).trim();
    if (name === 'timeout') {
      const [, count = '', unit = 's'] = /^([0-9]{1,9})([smhdw]?)$/.exec(value) ?? [];
      if (count === '') return `timeout: expected a time, like 10s: ${value}`;
      read = { ...read, timeout: Number(count) * (milliseconds[unit] ?? 1000) };
    } else if (name === 'default_action') read = { ...read, defaultAction: value };
    else if (name === 'policy_context') read = { ...read, policyContext: value };
    else if (!['max_idle', 'max_ttl', 'request_limit', 'retry_delay', 'try_limit'].includes(name))
      return `not an attribute of a policy service: ${bare.trim()}`;
  }
  return read;
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
