/** Where a daemon listens: a TCP port or a Unix socket. */
import type { Problem } from '../../values/errors.js';

export type Endpoint = { readonly host: string; readonly port: number } | { readonly path: string };

/** `127.0.0.1:3310`, `[::1]:3310`, or the path; for the log. */
export function endpointName(endpoint: Endpoint): string {
  if ('path' in endpoint) return endpoint.path;
  const { host, port } = endpoint;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** `of`: the adapter, for messages. Problems `bad-option`. */
export function endpointProblems(of: string, endpoint: Endpoint): readonly Problem[] {
  const given = endpoint as { readonly [P in 'host' | 'port' | 'path']?: unknown };
  const problem = (name: string, expected: string): Problem => {
    return { code: 'bad-option', message: `${of}: ${name} ${expected}`, construct: name };
  };
  if (given.path !== undefined) {
    const good = typeof given.path === 'string' && given.path !== '' && !given.path.includes('\0');
    return good ? [] : [problem('path', 'is the path of a socket')];
  }
  const { host, port } = given;
  return [
    ...(typeof host === 'string' && host !== '' ? [] : [problem('host', 'is a name or an address')]),
    ...(Number.isInteger(port) && (port as number) >= 1 && (port as number) <= 65_535
      ? []
      : [problem('port', 'is from 1 to 65535')]),
  ];
}
