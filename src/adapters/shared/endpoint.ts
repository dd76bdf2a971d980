/** Where a daemon listens: a TCP port or a Unix socket. */
import type { Problem } from '../../values/errors.js';

/** One or the other. `host`: a name or an address, IPv6 without brackets. */
export type Endpoint =
  | { readonly host: string; readonly port: number; readonly path?: undefined }
  | { readonly path: string; readonly host?: undefined; readonly port?: undefined };

/** `127.0.0.1:3310`, `[::1]:3310`, or the path; for the log. */
export function endpointName(endpoint: Endpoint): string {
  if (endpoint.path !== undefined) return endpoint.path;
  const { host, port } = endpoint;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** `of`: the adapter, for messages. Problems `bad-option`. */
export function endpointProblems(of: string, endpoint: Endpoint): readonly Problem[] {
  const problem = (name: string, expected: string): Problem => {
    return { code: 'bad-option', message: `${of}: ${name} ${expected}`, construct: name };
  };
  const given = endpoint as { readonly [P in 'host' | 'port' | 'path']?: unknown } | null | undefined;
  if (typeof given !== 'object' || given === null) return [problem('endpoint', 'is { host, port } or { path }')];
  const { host, port, path } = given;
  if (path !== undefined) {
    if (host !== undefined || port !== undefined) return [problem('path', 'is given or host and port are, not both')];
    const good = typeof path === 'string' && path !== '' && !path.includes('\0');
    return good ? [] : [problem('path', 'is the path of a socket')];
  }
  const isPort = Number.isInteger(port) && (port as number) >= 1 && (port as number) <= 65_535;
  return [
    ...(isHost(host) ? [] : [problem('host', 'is a name or an address, without brackets and blanks')]),
    ...(isPort ? [] : [problem('port', 'is from 1 to 65535')]),
  ];
}

/** Octets of a name in the DNS; addresses are shorter. */
const HOST_LIMIT = 255;

function isHost(host: unknown): boolean {
  return typeof host === 'string' && host.length <= HOST_LIMIT && /^[^\s\p{Cc}[\]]+$/u.test(host);
}
