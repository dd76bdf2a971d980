/** Rules over messages: what hits, how many points it is worth, what ends the evaluation, what is left out. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openScore, scoreMessage } from '../../../../src/stages/spam/score/score.js';
import { isConfigurationError, renderProblem } from '../../../../src/values/errors.js';
import { compile, hits, scored, subjectOf } from './support.js';

const plain =
  'From: "A B" <a@b.example>\nTo: c@d.example\nCc: e@f.example\nSubject: hello hello\n\nThe text\nof it.\n\nMore text.\n';
const mixed = [
  'From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n',
  '--x\nContent-Type: text/plain\n\nplain http://www.one.example/path\n',
  '--x\nContent-Type: text/html; charset=utf-8\nContent-Id: <i>\n',
  '<html><body><a href="https://two.example/q">click</a> <b>bold</b></body></html>\n',
  '--x\nContent-Type: image/gif; name="a.gif"\nContent-Disposition: attachment\n\nGIF\n--x--\n',
].join('\n');

describe('a rule', () => {
  it.each([
    ['header A Subject =~ /^hello/', plain, 'A'],
    ['header A Subject =~ /^bye/', plain, ''],
    ['header A Subject !~ /bye/', plain, 'A'],
    ['header A X-Not-There =~ /^$/', plain, 'A'],
    ['header A X-Not-There !~ /x/', plain, 'A'],
    ['header A X-Not-There =~ /^UNSET$/ [if-unset: UNSET]', plain, 'A'],
    ['header A exists:Cc', plain, 'A'],
    ['header A exists:Bcc', plain, ''],
    ['header A From:addr =~ /^a@b\\.example$/', plain, 'A'],
    ['header A From:name =~ /^A B$/', plain, 'A'],
    ['header A ToCc:addr =~ /^c@d\\.example\\ne@f/', plain, 'A'],
    ['header A ALL =~ /^Cc: e@/m', plain, 'A'],
    ['header A X-Spam-Relays-External =~ /./', plain, ''],
    ['body A /text of it/', plain, 'A'],
    ['body A /^hello/', plain, 'A'],
    ['body A /^hello/\ntflags A nosubject', plain, ''],
    ['rawbody A /text\\nof/', plain, 'A'],
    ['full A /\\ATo|^To: c.*^More/sm', plain, 'A'],
    ['uri A /one\\.example.path/', mixed, 'A'],
    ['mimeheader A Content-Type =~ /^image.gif/', mixed, 'A'],
    ['mimeheader A Content-Type !~ /^image.gif/', mixed, ''],
    ['mimeheader A Content-Type !~ /^video/', mixed, 'A'],
    ['mimeheader A Content-Disposition =~ /^NONE/ [if-unset: NONE]', mixed, 'A'],
    ['mimeheader A Content-Type =~ /image/\ntflags A range=1-3', mixed, ''],
    ['mimeheader A Content-Type =~ /image/\ntflags A range=2-4', mixed, 'A'],
    ['mimeheader A Content-Type =~ /plain.*html/s\ntflags A concat', mixed, 'A'],
    ['mimeheader A Content-Type =~ /plain.*html/s', mixed, ''],
    ['uri_detail A host =~ /^two/ text =~ /^click$/', mixed, 'A'],
    ['uri_detail A host =~ /^one/ text =~ /^click$/', mixed, ''],
    ['uri_detail A type =~ /^a$/ text !~ /bold/', mixed, 'A'],
    ['uri_detail A raw =~ /^https:/', mixed, 'A'],
    ['body A eval:yes()', plain, 'A'],
    ['header A eval:no()', plain, ''],
    ['rawbody A eval:on("rawbody")', plain, 'A'],
    ['meta A B && C\nbody B /text/\nheader C exists:Cc', plain, 'A B C'],
    ['meta A __B > 1\nbody __B /text/\ntflags __B multiple', plain, 'A __B'],
    ['meta A __B > 1\nbody __B /text/', plain, '__B'],
    ['meta A __B == 2\nbody __B /e/\ntflags __B multiple maxhits=2', plain, 'A __B'],
    ['meta A __B == 3\nheader __B Subject =~ /l/\ntflags __B multiple maxhits=3', plain, 'A __B'],
    ['meta A __B > 6\nbody __B eval:many(7)', plain, 'A __B'],
    ['meta A !NOBODY', plain, 'A'],
    ['meta A B\nmeta B C\nmeta C D\nbody D /text/', plain, 'A B C D'],
    ['meta A rules_matching(B*) == 2\nbody B1 /text/\nbody B2 /More/\nbody B3 /nothing/', plain, 'A B1 B2'],
    ['body A /text/\nscore A 0', plain, ''],
    ['meta B A\nbody A /text/\nscore A 0', plain, ''],
    // As SpamAssassin has it: nobody decides a meta rule of no points, nor what rests on it.
    ['meta A !B\nmeta B 0\nscore B 0', plain, ''],
    ['meta A B + 1\nmeta B C + 1\nmeta C 1\nscore C 0', plain, ''],
    ['body A /text/\ntflags A net', plain, 'A'],
    ['header A eval:yes()\ntflags A net', plain, ''],
    ['meta A local_tests_only', plain, 'A'],
  ])('%j', (text, message, expected) => {
    expect(hits(text, message)).toBe(expected);
  });
});

describe('points', () => {
  it.each([
    ['body A /text/', 1],
    ['body T_A /text/', 0.01],
    ['body A /text/\ntflags A nice', -1],
    ['body A /text/\nscore A 2.5', 2.5],
    ['body A /text/\nscore A 1 2 3 4', 1],
    ['body __A /text/\nscore __A 5', 0],
    ['body A /text/\nbody B /More/\nscore A 0.1\nscore B 0.2', 0.3],
    // Each match of a pattern counts, a function or a meta rule once.
    ['body A /text/\ntflags A multiple\nscore A 0.1', 0.2],
    ['body A eval:many(3)\nscore A 0.1', 0.1],
    ['meta A B + B\nbody B /text/\nscore B 0.001', 1.001],
  ])('%j', (text, expected) => {
    expect(scored(text, plain).score).toBe(expected);
  });

  it('come with names in order, descriptions and what is required', () => {
    const { hits: found, required } = scored('required_score 7\nbody B /text/\nbody A /text/\ndescribe A why', plain);
    expect(required).toBe(7);
    expect(found).toEqual([
      { name: 'A', score: 1, description: 'why' },
      { name: 'B', score: 1, description: undefined },
    ]);
  });
});

describe('an early end', () => {
  const late = 'body LATE /text/\npriority LATE 5\n';
  it.each([
    ['body A /text/\nshortcircuit A on\nscore A 3', 'A SHORTCIRCUIT', 3],
    ['body A /text/\nshortcircuit A spam', 'A SHORTCIRCUIT', 101],
    ['body A /text/\nshortcircuit A ham\nshortcircuit_ham_score -50', 'A SHORTCIRCUIT', -51],
    ['body A /nothing/\nshortcircuit A spam', 'LATE', 1],
    ['body A /text/\nshortcircuit A spam\nshortcircuit A off', 'A LATE', 2],
    // The points before the rule that hits are looked at.
    ['body A /text/\nscore A 9\npriority A -1\nshortcircuit_max_spam_score 5', 'A LATE SHORTCIRCUIT', 10.001],
    [
      'body B /text/\nbody A /text/\nscore A 9\npriority A -1\nshortcircuit_max_spam_score 5',
      'A B SHORTCIRCUIT',
      10.001,
    ],
    // Meta rules behind each priority, as soon as all is known that they rest on.
    ['body A /text/\nmeta M A\nshortcircuit M spam', 'A M SHORTCIRCUIT', 102],
    ['body A /text/\nmeta M A && !NOSUCH\nshortcircuit M spam', 'A LATE M SHORTCIRCUIT', 103],
    ['body A /text/\nbody Z /t/\nscore Z 0\nmeta M A && !Z\nshortcircuit M spam', 'A LATE M SHORTCIRCUIT', 103],
    ['body A /text/\nmeta M A && LATE\nshortcircuit M spam', 'A LATE M SHORTCIRCUIT', 103],
    [
      'body A /text/\nmeta M A && LATE\nmeta K A\nshortcircuit K spam\nmeta J A\nmeta Q LATE',
      'A J K SHORTCIRCUIT',
      103,
    ],
    ['body A /text/\nmeta M A\nbody B /text/\npriority B 3\nshortcircuit B spam\nmeta N B', 'A B SHORTCIRCUIT', 102],
    ['body A /text/\nmeta M A\nbody B /text/\nshortcircuit B spam\npriority B 3', 'A B M SHORTCIRCUIT', 103],
    ['body A /text/\nmeta M A\nscore M 7\nshortcircuit_max_spam_score 5', 'A LATE M SHORTCIRCUIT', 9.001],
    [
      'body A /text/\nmeta M A\npriority M 4\nshortcircuit M spam\nbody X /text/\npriority X 3',
      'A M SHORTCIRCUIT',
      102,
    ],
    ['body A /text/\nmeta M 1\nshortcircuit M spam\nbody E /text/\npriority E -5', 'M SHORTCIRCUIT', 101],
    ['meta M 1\nbody E /text/\npriority E -5\nbody B /text/\nshortcircuit B on\npriority B 1', 'B E M SHORTCIRCUIT', 3],
    ['body A /text/\nmeta M A\nshortcircuit M spam\nmeta P M && A\nmeta R LATE || P', 'A M P SHORTCIRCUIT', 103],
    ['meta A B\nbody B /text/\nshortcircuit B spam', 'B SHORTCIRCUIT', 101],
  ])('%j', (text, expected, score) => {
    expect(hits(late + text, plain)).toBe(expected);
    expect(scored(late + text, plain).score).toBe(score);
  });
});

describe('what cannot be run', () => {
  it('is told by name, with what rests on it', () => {
    const { skipped, affected, off } = compile(
      'header A eval:unknown()\nscore A 3\nmeta B A || C\nuri C /%{WHO}/\nheader D eval:check_rbl("a", "b.")\naskdns E _X_ A /x/',
    );
    expect(skipped.map(({ name, reason, score, source }) => [name, reason, score, source.line])).toEqual([
      ['A', 'function', 3, 5],
      ['C', 'capture', 1, 8],
    ]);
    expect(affected).toEqual([{ name: 'B', by: ['A', 'C'] }]);
    expect(off).toEqual(['D', 'E']);
  });

  it('is wrong where its arguments are', () => {
    try {
      compile('body A eval:many()\nbody B eval:many(1, 2)');
      expect.unreachable();
    } catch (error) {
      const told = isConfigurationError(error) ? error.problems.map(renderProblem) : [];
      expect(told).toEqual(['a.cf:5: A: many: a number', 'a.cf:6: B: many: a number']);
    }
  });
});

describe('lists in the DNS', () => {
  const text =
    'required_score 5\nheader A eval:check_rbl()\nheader B eval:check_rbl()\nscore A 1 2 1 2\nscore B 0 6 0 6\nmeta M A && !local_tests_only\n';
  const rules = compile(text, { network: true });
  const open = () => openScore(rules, subjectOf(rules, plain), false);

  it('are asked once, and counted with the points for it', () => {
    expect(open().questions.map(({ name }) => name)).toEqual(['a.example', 'b.example']);
    const {
      score,
      between,
      hits: found,
    } = open().finish(({ name }) =>
      name === 'a.example' ? { kind: 'found', values: ['127.0.0.2'] } : { kind: 'not-found' },
    );
    expect(found.map(({ name }) => name)).toEqual(['A', 'M']);
    expect([score, ...between]).toEqual([3, 3, 3]);
  });

  it('leave open what silent ones might have said', () => {
    const silent = open().finish(({ name }) =>
      name === 'b.example' ? { kind: 'failed', why: 'time-out' } : { kind: 'not-found' },
    );
    expect([silent.score, ...silent.between]).toEqual([0, 0, 6]);
  });

  it('are off without a resolver', () => {
    expect(scored(text, plain).hits).toEqual([]);
    expect(scoreMessage(rules, subjectOf(rules, plain)).score).toBe(0);
  });
});

describe('any message', () => {
  const rules =
    compile(`${['header A Subject =~ /x/', 'body B /x+y/', 'rawbody C /x/', 'full D /x/', 'uri E /x/'].join('\n')}
mimeheader F Content-Type =~ /x/\nmeta G A + B + C > 1\nheader H ALL !~ /\\xff/`);
  it('has the same score twice, and again in CRLF', () => {
    const line = fc.constantFrom(
      'Subject: x',
      'Content-Type: multipart/mixed; boundary=b',
      'Content-Type: text/html',
      '',
      '--b',
      '--b--',
      'xxy',
      '<a href=x>',
      'http://x.example/',
      ' fold',
      '\xff',
      '=78',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const score = (end: string) => scoreMessage(rules, subjectOf(rules, lines.map((one) => one + end).join('')));
        const { hits: found } = score('\n');
        expect(score('\n').hits).toEqual(found);
        expect(score('\r\n').hits).toEqual(found);
      }),
    );
  });
});
