// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of main.cf
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expander } from '../../src/postfix/expand.js';
import { readPostfix } from '../../src/postfix/index.js';
import { splitList } from '../../src/postfix/lists.js';
import { readMainCf } from '../../src/postfix/main-cf.js';
import { isConfigurationError, type Problem } from '../../src/values/errors.js';

const settingsOf = (text: string): Record<string, string> =>
  Object.fromEntries([...readMainCf(text, 'main.cf').settings.values()].map(({ name, value }) => [name, value]));

describe('main.cf', () => {
  it('reads names, values, comments, continuation and CRLF', () => {
    const text = '# comment\na = 1\r\nb =\n  2\n# in between\n\n\t3\nc=x = y # no comment\nd =\n';
    expect(settingsOf(text)).toEqual({ a: '1', b: '2\t3', c: 'x = y # no comment', d: '' });
  });

  it('takes the last of two, and says which line it replaced', () => {
    const main = readMainCf('a = 1\nb = 2\na = 3\n', 'main.cf');
    expect(main.settings.get('a')).toEqual({ name: 'a', value: '3', source: { file: 'main.cf', line: 3 } });
    expect(main.overridden).toEqual([{ name: 'a', value: '1', source: { file: 'main.cf', line: 1 } }]);
  });

  it('gathers problems with their lines', () => {
    const { problems } = readMainCf('  x = 1\nnothing\n= 2\na b = 3\nok = 4\n', 'main.cf');
    expect(problems.map(({ code, source }) => [code, source?.line])).toEqual([
      ['leading-space', 1],
      ['no-equals', 2],
      ['bad-name', 3],
      ['bad-name', 4],
    ]);
  });

  it('never throws, and counts every line once', () => {
    const piece = fc.constantFrom('a', '=', ' ', '\n', '\r', '#', '\t', '$', '\0', 'ä', 'toString', '__proto__');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const { settings, overridden, problems } = readMainCf(pieces.join(''), 'main.cf');
        expect(settings.size + overridden.length + problems.length).toBeLessThanOrEqual(pieces.length + 1);
      }),
    );
  });
});

function expand(text: string, name = 'x') {
  const values = expander(readMainCf(text, 'main.cf').settings, { host: 'mx.example', empty: '' });
  const value = values.value(name);
  const codes = (list: readonly Problem[]): readonly string[] => list.map((one) => one.code);
  return { value, problems: codes(values.problems), warnings: codes(values.warnings) };
}

describe('$name', () => {
  it.each([
    ['x = $host', 'mx.example'],
    ['x = ${host}.$(host)', 'mx.example.mx.example'],
    ['x = a$$b', 'a$b'],
    ['x = $y\ny = $z\nz = 1', '1'],
    ['x = ${host?yes}${host:no}', 'yes'],
    ['x = ${empty?yes}${empty:no}', 'no'],
    ['x = ${host?{a b}:{c}}', 'a b'],
    ['x = ${empty?{a b}:{c}}', 'c'],
    ['x = ${empty ? {a} : {c}}', 'c'],
    ['x = ${host ? a}', ' a'],
    ['x = ${host?a:b}', 'a:b'],
    ['x = ${y?set}\ny = $empty', 'set'],
    ['x = ${{a} == {b} ? {c} : {d}}', 'd'],
    ['x = ${{10} > {9}}', 'true'],
    ['x = ${{3.10} >level {3.9} ?{new}:{old}}', 'new'],
    ['x = [$nothing]', '[]'],
    ['x = ${host?<$host>}', '<mx.example>'],
    ['x = ${host?{<${host}>}}', '<mx.example>'],
  ])('%s', (text, expected) => {
    const { value, problems } = expand(text);
    expect({ value, problems }).toEqual({ value: expected, problems: [] });
  });

  it.each([
    ['x = $x', 'expansion-loop'],
    ['x = $y\ny = a$x', 'expansion-loop'],
    ['x = ${host', 'bad-expansion'],
    ['x = 5$', 'bad-expansion'],
    ['x = ${{a} = {b}}', 'bad-expansion'],
    ['x = ${{99999999999999999999} == {1}}', 'bad-expansion'],
    ['x = ${{a} <level {3}}', 'bad-expansion'],
    ['x = ${}', 'bad-expansion'],
  ])('%s: %s', (text, code) => {
    expect(expand(text).problems).toContain(code);
  });

  it.each(['x = $nothing', 'x = $constructor'])('%s is empty, with a warning', (text) => {
    expect(expand(text)).toEqual({ value: '', problems: [], warnings: ['undefined-parameter'] });
  });

  it('does not run away when names double', () => {
    const lines = Array.from({ length: 90 }, (_, i) => `a${i} = $a${i + 1}$a${i + 1}`);
    const started = performance.now();
    const { problems } = expand([...lines, 'a90 = text'].join('\n'), 'a0');
    expect(problems).toContain('too-long');
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('never throws for any text', () => {
    const piece = fc.constantFrom('$', '{', '}', '(', ')', '?', ':', 'x', 'host', ' ', '=', '\n', 'y');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => void expand(`x = ${pieces.join('')}`)),
      { numRuns: 500 },
    );
  });

  it('is linear in nested braces', () => {
    const started = performance.now();
    expand(`x = ${'${host?'.repeat(20_000)}`);
    expand(`x = ${'${host?'.repeat(2_000)}${'}'.repeat(2_000)}`);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('lists', () => {
  it.each([
    ['a, b c,,d', ['a', 'b', 'c', 'd']],
    ['', []],
    ['inline:{ a=b, {c = d e} } x', ['inline:{ a=b, {c = d e} }', 'x']],
    ['a } b', ['a', '}', 'b']],
    ['{a b', ['{a b']],
  ])('%s', (text, expected) => {
    expect(splitList(text)).toEqual(expected);
  });
});

describe('any main.cf', () => {
  it('is read, or refused by a ConfigurationError', () => {
    const value = fc.constantFrom(
      '$mydomain',
      'hash:/x',
      'pcre:checks',
      'inline:{a=b}',
      '!x',
      '10.0.0.0/8',
      '[::1]',
      'static:',
      'reject',
      ',',
      '{',
      '}',
      '.x',
      'permit',
      '${',
      'unionmap:{static:a}',
      'check_client_access',
      '/file',
      'proxy:unix:passwd.byname',
      ':',
    );
    const name = fc.constantFrom(
      'mydestination',
      'mynetworks',
      'relay_domains',
      'virtual_alias_maps',
      'virtual_alias_domains',
      'header_checks',
      'smtpd_recipient_restrictions',
      'smtpd_client_restrictions',
      'message_size_limit',
      'recipient_delimiter',
      'myorigin',
      'relayhost',
      'local_recipient_maps',
    );
    const line = fc
      .tuple(name, fc.array(value, { maxLength: 4 }))
      .map(([key, values]) => `${key} = ${values.join(' ')}`);
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        try {
          const { report } = readPostfix({
            'main.cf': lines.join('\n'),
            checks: '/x/ REJECT\n',
            '/file': 'a.example\n/file\n',
          });
          expect(report.length).toBeGreaterThanOrEqual(new Set(lines.map((one) => one.split(' ')[0])).size);
        } catch (error) {
          if (!isConfigurationError(error)) throw error;
          expect(error.problems.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});
