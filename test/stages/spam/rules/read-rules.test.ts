/** Rule files: what lines mean, what is wrong with them, conditions, inclusions, tags. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSpamRules, readSpamRules } from '../../../../src/stages/spam/rules/read-rules.js';
import { isConfigurationError } from '../../../../src/values/errors.js';
import { check, problems, rules } from './support.js';

const test = (text: string): unknown => rules(text).get('A')?.test;
const pattern = (text: string, flags = ''): unknown => ({ text, flags });

describe('definitions', () => {
  it.each([
    ['body A /x/i', { kind: 'body', pattern: pattern('x', 'i') }],
    ['rawbody A m{a/b}s', { kind: 'rawbody', pattern: pattern('a/b', 's') }],
    ['full A /\\//', { kind: 'full', pattern: pattern('\\/') }],
    ['uri A m,x\\,y,', { kind: 'uri', pattern: pattern('x\\,y') }],
    ['BODY A /a \\# b/ # comment', { kind: 'body', pattern: pattern('a # b') }],
    ['body A /\xa0/', { kind: 'body', pattern: pattern('\xa0') }],
    [
      'header A From:addr =~ /x/',
      { kind: 'header', target: { name: 'From', modifiers: ['addr'] }, pattern: pattern('x'), negated: false },
    ],
    [
      'header A To:name:raw !~ /x/ [if-unset: a b]',
      { target: { name: 'To', modifiers: ['name', 'raw'] }, negated: true, ifUnset: 'a b' },
    ],
    ['header A exists:X-Thing:', { kind: 'header-exists', name: 'X-Thing' }],
    [
      'header A eval:check_rbl("a", \'b.example.\', 7)',
      { kind: 'eval', on: 'header', call: 'check_rbl', args: ['a', 'b.example.', '7'] },
    ],
    ["header A rbleval:check_rbl('a')", { kind: 'eval', on: 'header', args: ['a'] }],
    ['rawbody A eval:pdf_count()', { kind: 'eval', on: 'rawbody', call: 'pdf_count', args: [] }],
    [
      'mimeheader A Content-Type:raw =~ /x/',
      { kind: 'mimeheader', target: { name: 'Content-Type', modifiers: ['raw'] } },
    ],
    [
      'uri_detail A domain =~ /a/ text !~ m:b:i',
      {
        kind: 'uri-detail',
        conditions: [
          { key: 'domain', pattern: pattern('a'), negated: false },
          { key: 'text', pattern: pattern('b', 'i'), negated: true },
        ],
      },
    ],
    ['meta A B && !C', { kind: 'meta', expression: { kind: 'binary', operator: '&&', left: { name: 'B' } } }],
  ])('%s', (line, expected) => {
    expect(test(line)).toMatchObject(expected);
  });

  it('puts what stands on other lines to the rule, wherever they stand', () => {
    const { A, B, T_C, __D, E } = Object.fromEntries(
      rules(`
        score A 1 2 3 4
        tflags A nice multiple maxhits=5
        body A /x/
        describe A first
        lang de describe A zweite
        describe A second
        priority A -20
        body B /x/
        tflags B nice net
        score A (0.5)
        body T_C /x/
        body __D /x/
        body E /old/
        body E /new/`),
    );
    expect(A).toMatchObject({ scores: [1.5, 2.5, 3.5, 4.5], maxHits: 5, description: 'second', priority: -20 });
    expect([...(A?.tflags ?? [])]).toEqual(['nice', 'multiple', 'maxhits=5']);
    expect(B).toMatchObject({ scores: [-1, -1, -1, -1], priority: -100 });
    expect(T_C?.scores[0]).toBe(0.01);
    expect(__D?.scores[0]).toBe(1);
    expect(E).toMatchObject({ test: { pattern: { text: 'new' } }, source: { file: 'a.cf', line: 15 } });
  });

  it('reads another language where it is asked for', () => {
    const text = 'body A /x/\ndescribe A one\nlang de describe A zwei\n';
    expect(rules(text, { language: 'de_AT' }).get('A')?.description).toBe('zwei');
  });

  it('ends early by rules that say so', () => {
    const read = rules('loadplugin Mail::SpamAssassin::Plugin::Shortcircuit\nbody A /x/\nshortcircuit A ham\n');
    expect(read.get('A')).toMatchObject({ shortCircuit: 'ham', priority: -200 });
  });

  it('keeps settings in their order, under their new names', () => {
    const { settings, required } = check(
      'required_hits 6.5\nwhitelist_from a@b.example\nclear_trusted_networks\ntrusted_networks 10/8\nwelcomelist_from c',
    ).rules;
    expect(required).toBe(6.5);
    expect(settings.of('welcomelist_from').map(({ value }) => value)).toEqual(['a@b.example', 'c']);
    expect(settings.of('trusted_networks', 'clear_trusted_networks').map(({ keyword }) => keyword)).toEqual([
      'clear_trusted_networks',
      'trusted_networks',
    ]);
    expect(settings.last('welcomelist_from')?.source).toEqual({ file: 'a.cf', line: 5 });
  });
});

describe('conditions', () => {
  const holds = (condition: string): boolean =>
    rules(`loadplugin Mail::SpamAssassin::Plugin::SPF\nenable_compat x\n${condition}\nbody A /x/\nendif`).has('A');
  it.each([
    ['ifplugin Mail::SpamAssassin::Plugin::SPF', true],
    ['ifplugin Mail::SpamAssassin::Plugin::DKIM # {', false],
    ['if !plugin(Mail::SpamAssassin::Plugin::DKIM)', true],
    ['if (version >= 4.000000)', true],
    ['if (version < 3.004)', false],
    ['if can(Mail::SpamAssassin::Conf::feature_geodb)', true],
    ['if can(Mail::SpamAssassin::Conf::compat_x)', true],
    ['if can(Mail::SpamAssassin::Conf::compat_y)', false],
    ['if can(Mail::SpamAssassin::Conf::feature_of_tomorrow)', false],
    ['if has(Mail::SpamAssassin::Plugin::SPF::has_check_for_spf_errors)', true],
    ['if can(Mail::SpamAssassin::Plugin::DKIM::has_arc)', false],
    ['if local_tests_only', false],
    ['if (perl_version >= 5.010) && !local_tests_only', true],
  ])('%s: %s', (condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });

  it('nest, and have another side', () => {
    const read = rules(`
      if version > 9
        if version > 3
          body A /x/
        else
          body B /x/
        endif
        include nowhere
      else
        body C /x/
      endif`);
    expect([...read.keys()]).toEqual(['C']);
  });
});

describe('what is wrong', () => {
  it.each([
    ['body A x', /^a\.cf:1: A: a pattern between slashes/],
    ['body A /x', /does not end/],
    ['body A /x/e', /flags are expected/],
    ['body A /a/b/', /without a backslash/],
    ['body A /(?{die})/', /programs/],
    ['body 1A /x/', /a name of letters/],
    [`body ${'A'.repeat(101)} /x/`, /at most 100/],
    ['body A', /missing/],
    ['header A From', /a field name/],
    ['header A From:odd =~ /x/', /:odd is no part of a field/],
    ['header A eval:f(', /name\(arguments\)/],
    ['header A eval:f(a b)', /arguments in quotes/],
    ['uri_detail A odd =~ /x/', /odd is no key/],
    ['uri_detail A text /x/', /key =~/],
    ['meta A B &&', /at the end/],
    ['meta A (B', /\) is expected/],
    ['meta A B C', /operator is expected before C/],
    ['meta A system("x")', /unexpected|expected/],
    [`meta A ${'('.repeat(5000)}`, /deeper|words/],
    ['score A high', /a number is expected, not "high"/],
    ['score A 1 2', /1 or 4 numbers/],
    ['score A (1)', /no points yet/],
    ['tflags A', /flags are expected/],
    ['priority A high', /whole number/],
    ['shortcircuit A perhaps', /on, off, ham or spam/],
    ['required_score high', /a number is expected/],
    ['wibble 3', /^a\.cf:1: a keyword of SpamAssassin is expected: wibble$/],
    ['ifplugin Mail::SpamAssassin::Plugin::SPF', /^a\.cf:1: ifplugin without an endif$/],
    ['if\nendif', /without a condition/],
    ['if version >\nendif', /at the end/],
    ['if colour == 3\nendif', /not colour/],
    ['endif', /endif without/],
    ['else', /else without/],
    ['if version > 3\nelse\nelse\nendif', /a second else for the if of line 1/],
    ['require_version 3.002', /another version/],
    ['loadplugin /etc/x.pm', /the name of a plugin/],
    ['include other.cf', /no such file/],
    ['body A /x/\0', /^a\.cf:1: here is an octet 0/],
    ['meta A B\nmeta B C || X\nmeta C A', /^a\.cf:1: meta rules that rest on each other: A, B, C$/],
    ['meta A A', /rest on each other: A/],
    [
      `${Array.from({ length: 9 }, (_, i) => `replace_tag T${i} ${`<T${i + 1}>`.repeat(9)}`).join('\n')}\nbody A /<T0>/\nreplace_rules A`,
      /longer than/,
    ],
  ])('%j', (text, expected) => {
    const found = problems(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });

  it('is told all at once, and thrown', () => {
    const files = [{ name: 'a.cf', text: 'wibble\nbody A x\nscore A' }];
    expect(checkSpamRules({ files }).problems).toHaveLength(3);
    try {
      readSpamRules({ files });
      expect.unreachable();
    } catch (error) {
      expect(isConfigurationError(error) && error.code).toBe('spam-rules');
    }
  });

  it('is bounded: a file that is none', () => {
    const found = problems('\x01 nothing of this is a rule\n'.repeat(400_000));
    expect(found).toHaveLength(501);
    expect(problems('x'.repeat(33_554_433))).toEqual(['a.cf: rule files of more than 33554432 octets together']);
  });

  it('is nothing that a plugin may know which nobody here knows', () => {
    const { rules: read, problems: found } = check('loadplugin My::Plugin my.pm\nmy_setting 3\nbody A /x/');
    expect(found).toEqual([]);
    expect(read.passedOver.map(({ name }) => name)).toEqual(['My::Plugin', 'my_setting']);
  });
});

describe('rules that can never hit', () => {
  const text =
    'body A /a(b/\nfull B eval:wibble()\nbody C /[z-a]/\nbody D /x{100}(?<n>y)(?<n>z)/\nfull E eval:check_pyzor()';

  it('are mistakes', () => {
    expect(problems(text)).toEqual([
      expect.stringMatching(/^a\.cf:1: A: \(: missing closing parenthesis/),
      expect.stringMatching(/^a\.cf:2: B: there is no function wibble/),
      expect.stringMatching(/^a\.cf:3: C: z-a: a range/),
    ]);
    expect(check(text).rules.rules.map(({ name }) => name)).toEqual(['D', 'E']);
  });

  it('are none in files of others, nor where a plugin may know the function', () => {
    expect(problems(text, { isOwn: (file) => file !== 'a.cf' })).toEqual([]);
    expect(problems(`loadplugin My::Plugin\n${text}`)).toHaveLength(2);
  });
});

describe('rules of plugins that are not loaded', () => {
  const ofDkim = 'Mail::SpamAssassin::Plugin::DKIM';
  const text = `ifplugin ${ofDkim}\nheader A eval:check_dkim_valid()\nmeta B A\nbody C /x/\nelse\nbody C /x/\nendif
if (plugin(${ofDkim}))\nfull D eval:check_dkim_valid()\nscore D 2\nendif
if (version < 3)\nifplugin ${ofDkim}\nbody E /x/\nendif\nendif`;

  it('are told by the plugin', () => {
    expect(check(text).rules.notLoaded).toEqual([{ plugin: ofDkim, rules: ['A', 'B', 'D'] }]);
    expect(check(`loadplugin ${ofDkim}\n${text}`).rules.notLoaded).toEqual([]);
  });
});

describe('numbers', () => {
  it.each([
    ['shortcircuit_spam_score many', 'a number'],
    ['required_score five', 'a number'],
    ['uridnsbl_max_domains -1', 'a whole number'],
    ['freemail_max_body_emails 1.5', 'a whole number'],
    ['parse_dkim_uris maybe', '0, 1, yes or no'],
  ])('%s is wrong', (line, expected) => {
    expect(problems(`\n${line}`)).toEqual([expect.stringMatching(new RegExp(`^a\\.cf:2: \\w+: ${expected}`))]);
  });

  it('are right', () => {
    const { settings } = check('skip_rbl_checks Yes\nfns_extrachars 0\nshortcircuit_ham_score -20.5').rules;
    expect(settings.last('skip_rbl_checks')?.value).toBe('1');
    expect(settings.last('shortcircuit_ham_score')?.value).toBe('-20.5');
  });
});

describe('inclusions', () => {
  const files: Readonly<Record<string, string>> = {
    'one.cf': 'body A /x/\ninclude two.cf\nscore A 3',
    'two.cf': 'body B /x/',
    'loop.cf': 'include loop.cf',
    'wrong.cf': 'body A /x/\n\nwibble',
  };
  const include = (path: string) => {
    const text = files[path];
    return text === undefined ? undefined : { name: path, text };
  };
  it('are read where they stand', () => {
    expect([...rules('include one.cf\nbody C /x/', { include }).keys()]).toEqual(['A', 'B', 'C']);
  });
  it('are wrong where they end in themselves, or where their lines are', () => {
    expect(problems('include loop.cf', { include })).toEqual(['loop.cf:1: the file includes itself: loop.cf']);
    expect(problems('include wrong.cf', { include })).toEqual([
      'wrong.cf:3: a keyword of SpamAssassin is expected: wibble',
    ]);
  });
  it('are bounded in depth', () => {
    const deep = (path: string) => ({ name: path, text: `include ${Number(path) + 1}` });
    expect(problems('include 1', { include: deep })).toEqual([expect.stringMatching(/more than 20 deep/)]);
  });
});

describe('tags', () => {
  const expand = (text: string, flags = 'i'): string => {
    const read = rules(`
      replace_tag A [aA@]
      replace_tag B <A>b
      replace_tag OTHER o
      replace_pre P (?:p)
      replace_post Q (?:q)?
      replace_inter W \\W?
      body R /${text}/${flags}
      replace_rules R NOBODY`);
    const { test: one } = read.get('R') ?? {};
    return one?.kind === 'body' ? one.pattern.text : '';
  };
  it.each([
    ['<A>x<A>', '[aA@]x[aA@]'],
    ['<B>', '[aA@]b'],
    ['<inter W><A><A>', '[aA@]\\W?[aA@]'],
    ['<post Q><A>x', '[aA@](?:q)?x'],
    ['<pre P><A>', '(?:p)[aA@]'],
    ['(?<!x)<A>', '(?<!x)[aA@]'],
    ['<UNKNOWN><A>', '<UNKNOWN>[aA@]'],
    ['plain', 'plain'],
  ])('%s', (text, expected) => {
    expect(expand(text)).toBe(expected);
  });
});

describe('any text', () => {
  const word = fc.constantFrom(
    'body',
    'header',
    'meta',
    'if',
    'endif',
    'else',
    'ifplugin',
    'score',
    'A',
    'B',
    '/x/',
    '=~',
    'From:addr',
    '(',
    ')',
    '&&',
    '!',
    'eval:f()',
    '3',
    '-1.5',
    'lang',
    'de',
    'include',
    '#',
    '\\#',
    'uri_detail',
    'replace_tag',
    'replace_rules',
    '<A>',
    '\n',
    '\n',
    '\n',
    '\xff',
    '\0',
  );
  it('is read or told to be wrong', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const { rules: read, problems: found } = check(words.join(' '));
        expect(read.kind).toBe('spam-rules');
        for (const problem of found) expect(problem.message).not.toBe('');
      }),
      { numRuns: 300 },
    );
  });
  it('says the same with other line ends, comments and blanks', () => {
    const text = 'body A /x/\nif version > 3\nscore A 3\nendif\nmeta B A + 1 > 1\n';
    const plain = JSON.stringify(
      [...rules(text).values()].map(({ name, scores, test: one }) => ({ name, scores, one })),
    );
    fc.assert(
      fc.property(fc.constantFrom('\r', ' ', '\t', ' # x', '\n\n', '\n   # y'), (end) => {
        const other = rules(text.replaceAll('\n', `${end}\n`));
        expect(JSON.stringify([...other.values()].map(({ name, scores, test: one }) => ({ name, scores, one })))).toBe(
          plain,
        );
      }),
    );
  });
});
