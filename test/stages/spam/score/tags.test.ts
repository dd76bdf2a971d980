/** Rules that capture, and rules with tags in their patterns. Verdicts are those of SpamAssassin 4.0.1, asked anew for each message. */
import { describe, expect, it } from 'vitest';
import { captureProgram } from '../../../../src/stages/spam/score/capture-program.js';
import { compile, hits } from './support.js';

const message = (to: string, body: string): string =>
  `From: A <a@author.example>\nTo: ${to}\nSubject: hello joe\n\n${body}\n`;
const who = 'header __C To:addr =~ /(?<WHO>.*)/\n';
const joe = 'joe@b.example';

describe('a tag in a pattern', () => {
  it.each<[string, string, string, boolean]>([
    ['uri R /\\#%{WHO}/', joe, 'http://x.example/#joe@b.example', true],
    ['uri R /\\#%{WHO}/', joe, 'http://x.example/#JOE@b.example', false],
    ['uri R /\\#%{WHO}/i', joe, 'http://x.example/#JOE@B.example', true],
    ['uri R /\\#%{WHO}$/i', joe, 'http://x.example/#joe@b.examples', false],
    ['uri R /\\#%{WHO}/', joe, 'http://x.example/#jim@b.example', false],
    // The first address alone.
    ['uri R /\\#%{WHO}/', `${joe}, jim@b.example`, 'http://x.example/#jim@b.example', false],
    // Its text, not a pattern.
    ['uri R /\\#%{WHO}/', 'j.e@b.example', 'http://x.example/#joe@b.example', false],
    ['uri R /\\#%{WHO}/', 'j+e@b.example', 'http://x.example/#j+e@b.example', true],
    ['body R /<%{WHO}>/', joe, 'is it <joe@b.example>?', true],
    ['body R /(?:<%{WHO}>)?is/', joe, 'is it', true],
    ['body R /a%{WHO}|is/', joe, 'is it', true],
    ['rawbody R /^%{WHO}$/m', joe, 'one\njoe@b.example\ntwo', true],
    ['full R /^To: %{WHO}\\n/m', joe, 'x', true],
    ['header R Subject =~ /%{WHO}/', joe, 'x', false],
    ['header R Subject !~ /%{WHO}/', joe, 'x', true],
    ['header R From:addr =~ /@%{AUTHORDOMAIN}$/', joe, 'x', true],
    ['body R /%{HEADER(To:addr)}/', `${joe}, jim@b.example`, 'joe@b.example', true],
    ['body R /%{HEADER(To:addr)}/', `${joe}, jim@b.example`, 'jim@b.example', false],
    // Without a value the rule is not run, even where it would hit without one.
    ['header R Subject !~ /%{WHO}/', 'nobody', 'x', false],
    ['body R /(?:%{WHO})?is/', 'nobody', 'is it', false],
    ['body R /\\%\\{WHO\\}/', joe, 'the text %{WHO}', true],
  ])('%s, To: %s, %s: %s', (rule, to, body, expected) => {
    expect(hits(`${who}${rule}`, message(to, body)).split(' ').includes('R')).toBe(expected);
  });

  it('counts where the rule does', () => {
    const rules = `${who}body __R /%{WHO}/\ntflags __R multiple\nmeta M __R == 3`;
    expect(hits(rules, message(joe, `${joe} ${joe}\n\n${joe}`))).toContain('M');
  });

  it.each([
    ['body __C /call (?<A>\\w+) and (?<B>\\w+)/\nheader R Subject =~ /%{A} %{B}/', 'call hello and joe', true],
    ["body __C /call (?'A'\\w+)(?: and (?<B>\\w+))?/\nheader R Subject =~ /%{A}/", 'call hello', true],
    ['body __C /call (?<A>\\w+)(?: and (?<B>\\w+))?/\nheader R Subject =~ /%{A}|%{B}/', 'call hello', false],
    ['uri __C m,//(?<A>[^/]+)/,\nbody R m,%{A}/x,', 'http://x.example/x', true],
    ['body __C /call ([a-z]+) (?<A>\\w+)/\nheader R Subject =~ /^%{A}/', 'call me hello', true],
    ['body __C /call\\s(?<A>\\S+)/i\nheader R Subject =~ /^%{A}/', 'CALL hello', true],
    ['body __C /call (?<A>\\w+)/\nscore __C 0\nheader R Subject =~ /^%{A}/', 'call hello', false],
  ])('%s, %s: %s', (rules, body, expected) => {
    expect(hits(rules, message(joe, body)).split(' ').includes('R')).toBe(expected);
  });

  it.each([
    ['body R /%{NOSUCH}/', 'capture'],
    ['header __C To =~ /(?<A>x)$/\nbody R /%{A}/', 'capture'],
    ['header __C To =~ /(?<A>x)/\ntflags __C multiple\nbody R /%{A}/', 'capture'],
    ['header __C To !~ /(?<A>x)/\nbody R /%{A}/', 'capture'],
    ['header __C To =~ /(?<A>x)/\nmimeheader R Content-Type =~ /%{A}/', 'capture'],
  ])('%s is told as left out', (rules, reason) => {
    expect(compile(rules).skipped).toMatchObject([{ name: 'R', reason }]);
  });
});

describe('what groups hold', () => {
  it.each([
    ['(?<A>.*)', '', 'one\ntwo', [['A', 'one']]],
    ['(?<A>x)|(?<B>y)', '', 'y', [['B', 'y']]],
    [
      '(a)(?:b)(?<A>c)\\((?<B_2>[^)]+)\\)',
      '',
      'abc(de)',
      [
        ['A', 'c'],
        ['B_2', 'de'],
      ],
    ],
    ['[(](?<A>\\w+)', '', '(ab', [['A', 'ab']]],
    ['(?P<A>b+)', 'i', 'aBb', [['A', 'Bb']]],
    ['(?<A>a)', '', 'b', []],
  ] as const)('%s of %j', (text, flags, subject, expected) => {
    const program = captureProgram({ text, flags });
    expect(program.kind === 'captures' ? program.read(subject) : program).toEqual(expected);
  });

  it.each([
    ['(?<A>x)$', ''],
    ['(?<A>\\x41)', ''],
    ['(?<A>\xe4)', 'i'],
    ['(?<A> x)', 'x'],
    ['(?<A>x)\\1', ''],
    ['(?=(?<A>x))', ''],
    ['(?<A>\\h)', ''],
    ['(?<A>[\\s])', ''],
  ])('%s is refused', (text, flags) => {
    expect(captureProgram({ text, flags }).kind).toBe('refused');
  });
});
