import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readWhitelisterConf, spfPolicy } from '../../../src/stages/spf-policy/index.js';
import { isConfigurationError } from '../../../src/values/errors.js';
import { anyText, FUZZ_RUNS, problemsOf } from '../../values/support.js';

const read = (text: string): ReturnType<typeof readWhitelisterConf> => readWhitelisterConf(text, 'whitelister.conf');
const told = (text: string): readonly string[] =>
  problemsOf(() => read(text)).map(({ code, source }) => `${source?.line ?? '-'} ${code}`);

it('reads the file of the altered daemon', () => {
  const text =
    '# whitelister\n\nsock: 127.0.0.1:10000\n spf: 1\nspfrej: 0   # only PREPEND\r\nverb: 0\n#rbl: list.example\n';
  expect(read(text)).toEqual({
    sock: { kind: 'inet', host: '127.0.0.1', port: 10_000 },
    mode: 1,
    reject: false,
    verbose: false,
  });
});

it('is what spfPolicy takes', () => {
  expect(spfPolicy(read('spf: 3\nspfrej: 1\nverb: 2')).name).toBe('spfPolicy');
});

it.each([
  [
    'sock: /var/spool/postfix/private/whitelister.ctl',
    { kind: 'unix', path: '/var/spool/postfix/private/whitelister.ctl' },
  ],
  ['sock: [::1]:25', { kind: 'inet', host: '[::1]', port: 25 }],
  ['', { kind: 'inet', host: '127.0.0.1', port: 10_000 }],
])('%s', (line, sock) => {
  expect(read(`spf:0\n${line}`).sock).toEqual(sock);
});

it.each<[string, readonly string[]]>([
  ['', ['- missing']],
  ['spf: 4', ['1 bad-value']],
  ['spf: 01', ['1 bad-value']],
  ['spf:', ['1 bad-value']],
  ['spf: 1\nspfrej: yes\nverb: -1\nsock: 10000\nsock: x', ['5 twice', '4 bad-value', '2 bad-value', '3 bad-value']],
  ['spf: 1\nrbl: sbl.example\n\nRHBL_helo: x.example', ['2 block-list', '4 block-list']],
  ['spf 1', ['1 syntax', '- missing']],
  ['spf: 1\nspff: 1\n: x', ['2 unknown-directive', '3 syntax']],
  ['spf: 1\nsock: a b:1', ['2 bad-value']],
  ['spf: 1\nsock: a:65536', ['2 bad-value']],
])('%j', (text, expected) => {
  expect(told(text)).toEqual(expected);
});

it('any text: settings or a ConfigurationError', () => {
  fc.assert(
    fc.property(anyText('spf:01 \nrejvb#sock/'), (text) => {
      try {
        read(text);
      } catch (error) {
        expect(isConfigurationError(error)).toBe(true);
      }
    }),
    { numRuns: FUZZ_RUNS },
  );
});
