/** Where a daemon listens: one of two forms, and what is wrong with others. */
import { expect, expectTypeOf, it } from 'vitest';
import { type Endpoint, endpointName, endpointProblems } from '../../../src/adapters/shared/endpoint.js';

const undefinedPath: string | undefined = undefined;

it.each<[Endpoint, string]>([
  [{ host: '127.0.0.1', port: 3310 }, '127.0.0.1:3310'],
  [{ host: '::1', port: 3310 }, '[::1]:3310'],
  [{ host: 'fe80::1%eth0', port: 1 }, '[fe80::1%eth0]:1'],
  [{ host: 'clamd.example', port: 65_535, path: undefinedPath }, 'clamd.example:65535'],
  [{ path: '/run/clamav/clamd.ctl' }, '/run/clamav/clamd.ctl'],
  [{ path: '/run/x', host: undefined, port: undefined }, '/run/x'],
])('%j is %s', (endpoint, name) => {
  expect(endpointProblems('x', endpoint)).toEqual([]);
  expect(endpointName(endpoint)).toBe(name);
});

it('is not both for the type checker either', () => {
  interface Both {
    host: string;
    port: number;
    path: string;
  }
  expectTypeOf<Both>().not.toExtend<Endpoint>();
  expectTypeOf<Omit<Both, 'path'>>().toExtend<Endpoint>();
  expectTypeOf<Pick<Both, 'path'>>().toExtend<Endpoint>();
});

it.each<[unknown, readonly string[]]>([
  [undefined, ['endpoint']],
  [null, ['endpoint']],
  ['127.0.0.1:3310', ['endpoint']],
  [{}, ['host', 'port']],
  [{ host: '', port: '3310' }, ['host', 'port']],
  [{ host: '[::1]', port: 1 }, ['host']],
  [{ host: 'a\0b', port: 1 }, ['host']],
  [{ host: 'a b', port: 1 }, ['host']],
  [{ host: 'x'.repeat(256), port: 1 }, ['host']],
  [{ host: 'a', port: 65_536 }, ['port']],
  [{ path: '' }, ['path']],
  [{ path: 'a\0b' }, ['path']],
  [{ path: null }, ['path']],
  [{ host: '127.0.0.1', port: 1, path: '/x' }, ['path']],
  [{ port: 1, path: '/x' }, ['path']],
])('%j is refused', (endpoint, constructs) => {
  const problems = endpointProblems('x', endpoint as Endpoint);
  expect(problems.map(({ construct }) => construct)).toEqual(constructs);
  for (const { code, message } of problems)
    expect([code, message]).toEqual(['bad-option', expect.stringMatching(/^x: /)]);
});
