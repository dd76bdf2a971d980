/** The evaluation by itself: the examples of RFC 9989, and each branch of the tree walk and of policy discovery. */
import { describe, expect, it } from 'vitest';
import type { Identifier } from '../../../src/stages/dmarc/identifiers.js';
import { walkNames } from '../../../src/stages/dmarc/tree-walk.js';
import { dkimId, type Judged, judge, type Records, spfId } from './support.js';

const alignments = (judged: Judged): readonly string[] =>
  judged.identifiers.map((one) => `${one.mechanism} ${one.domain} ${one.alignment}${one.counts ? ' counts' : ''}`);

describe('the examples of RFC 9989', () => {
  const plain: Records = { 'example.com': 'v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com' };

  it.each<[string, Identifier, string, string, string]>([
    ['B.1.1 example 1', spfId('example.com'), 'example.com', 'pass', 'strict'],
    ['B.1.1 example 2', spfId('child.example.com'), 'example.com', 'pass', 'relaxed'],
    ['B.1.1 example 3', spfId('example.net'), 'child.example.com', 'fail', 'none'],
    ['B.1.2 example 1', dkimId('example.com'), 'example.com', 'pass', 'strict'],
    ['B.1.2 example 2', dkimId('example.com'), 'child.example.com', 'pass', 'relaxed'],
    ['B.1.2 example 3', dkimId('example.net'), 'child.example.com', 'fail', 'none'],
    ['section 4.4, first row', dkimId('foo.example.com'), 'news.example.com', 'pass', 'relaxed'],
    ['section 4.4, second row', dkimId('news.example.com'), 'news.example.com', 'pass', 'strict'],
    ['section 4.4, third row', dkimId('foo.example.net'), 'news.example.com', 'fail', 'none'],
  ])('%s', (_, identifier, author, result, alignment) => {
    const judged = judge(plain, { author, identifiers: [identifier] });
    expect([judged.result, judged.identifiers[0]?.alignment]).toEqual([result, alignment]);
  });

  it('B.2.5: t=y asks for one level less', () => {
    const record = 'v=DMARC1; p=quarantine; rua=mailto:a@example.com,mailto:tld-test@thirdparty.example.net; t=y';
    const judged = judge({ 'test.example.com': record }, { author: 'test.example.com' });
    expect(judged).toMatchObject({ result: 'fail', requested: 'none' });
    expect(judged.policy).toMatchObject({ tag: 'p', published: 'quarantine', evaluated: 'none' });
  });

  it('B.3.1: both identifiers align', () => {
    const records = { 'example.com': 'v=DMARC1; p=reject; aspf=r; rua=mailto:dmarc-feedback@example.com' };
    const only = (identifier: Identifier) => judge(records, { author: 'example.com', identifiers: [identifier] });
    expect(only(spfId('mail.example.com')).result).toBe('pass');
    expect(only(dkimId('example.com')).result).toBe('pass');
    expect(judge(records, { author: 'example.com' })).toMatchObject({ result: 'fail', requested: 'reject' });
  });

  it('B.4.1: a simple walk', () => {
    const records = { 'example.com': 'v=DMARC1; p=reject', 'signing.example.com': 'v=DMARC1; p=none' };
    const dkim = judge(records, { author: 'example.com', identifiers: [dkimId('signing.example.com')] });
    expect(dkim).toMatchObject({ result: 'pass', organizationalDomain: 'example.com' });
    expect(dkim.asked).toEqual(['_dmarc.example.com', '_dmarc.com', '_dmarc.signing.example.com']);
    const spf = judge(records, { author: 'example.com', identifiers: [spfId('example.com')] });
    expect(spf).toMatchObject({ result: 'pass', asked: ['_dmarc.example.com'] });
  });

  it('B.4.2: a deep walk', () => {
    const author = 'a.b.c.d.e.f.g.h.i.j.k.example.com';
    const records = { 'example.com': 'v=DMARC1; p=reject; sp=quarantine', 'signing.example.com': 'v=DMARC1; p=none' };
    const failed = judge(records, { author });
    expect(failed.asked).toEqual([
      '_dmarc.a.b.c.d.e.f.g.h.i.j.k.example.com',
      '_dmarc.g.h.i.j.k.example.com',
      '_dmarc.h.i.j.k.example.com',
      '_dmarc.i.j.k.example.com',
      '_dmarc.j.k.example.com',
      '_dmarc.k.example.com',
      '_dmarc.example.com',
      '_dmarc.com',
    ]);
    expect(failed).toMatchObject({ result: 'fail', requested: 'quarantine', organizationalDomain: 'example.com' });
    expect(failed.policy).toMatchObject({ domain: 'example.com', tag: 'sp' });
    const both = judge(records, { author, identifiers: [spfId('example.com'), dkimId('signing.example.com')] });
    expect(both.result).toBe('pass');
    expect(alignments(both)[0]).toBe('spf example.com relaxed counts');
    const dkim = judge(records, { author, identifiers: [dkimId('signing.example.com')] });
    expect(alignments(dkim)).toEqual(['dkim signing.example.com relaxed counts']);
  });

  it('B.4.3: a public suffix domain with a record', () => {
    const records = { 'bank.example': 'v=DMARC1; p=reject; psd=y', 'giant.bank.example': 'v=DMARC1; p=quarantine' };
    const identifiers = [spfId('mail.giant.bank.example'), dkimId('mail.mega.bank.example')];
    const judged = judge(records, { author: 'giant.bank.example', identifiers });
    expect(judged).toMatchObject({ result: 'pass', organizationalDomain: 'giant.bank.example' });
    expect(judged.policy?.domain).toBe('giant.bank.example');
    expect(alignments(judged)).toEqual([
      'spf mail.giant.bank.example relaxed counts',
      'dkim mail.mega.bank.example none',
    ]);
    expect(judged.asked).toEqual([
      '_dmarc.giant.bank.example',
      '_dmarc.bank.example',
      '_dmarc.mail.giant.bank.example',
    ]);
  });

  it('section 4.10: the names of a walk', () => {
    expect(walkNames('a.b.c.d.e.f.g.h.i.j.mail.example.com')).toEqual([
      'a.b.c.d.e.f.g.h.i.j.mail.example.com',
      'g.h.i.j.mail.example.com',
      'h.i.j.mail.example.com',
      'i.j.mail.example.com',
      'j.mail.example.com',
      'mail.example.com',
      'example.com',
      'com',
    ]);
    expect(walkNames('mail.a.b.c.d.e.f.g.example.com')[1]).toBe('c.d.e.f.g.example.com');
    expect(walkNames('1.2.3.4.5.6.example.com')).toHaveLength(8);
    expect(walkNames('1.2.3.4.5.6.example.com')[1]).toBe('2.3.4.5.6.example.com');
    expect(walkNames('1.2.3.4.5.6.7.example.com')[1]).toBe('3.4.5.6.7.example.com');
    expect(walkNames('com')).toEqual(['com']);
  });

  it.each<[string, Records, string]>([
    ['first', { 'mail.example.com': 'v=DMARC1', 'example.com': 'v=DMARC1; p=none' }, 'example.com'],
    [
      'second',
      { 'mail.example.com': 'v=DMARC1; p=none; psd=n', 'example.com': 'v=DMARC1; p=none' },
      'mail.example.com',
    ],
    ['last', { com: 'v=DMARC1; p=none; psd=y' }, 'example.com'],
  ])('section 4.10.2: the %s example', (_, records, expected) => {
    expect(judge(records, { author: 'a.mail.example.com' }).organizationalDomain).toBe(expected);
  });
});

describe('policy discovery', () => {
  it.each<[string, Records, string, string | undefined, string, string?]>([
    ['no record at all', {}, 'a.example.com', undefined, 'none'],
    [
      'the author has one',
      { 'a.example.com': 'v=DMARC1; p=none', 'example.com': 'v=DMARC1; p=reject' },
      'a.example.com',
      'a.example.com',
      'none',
      'p',
    ],
    [
      'the organizational domain has one',
      { 'example.com': 'v=DMARC1; p=reject' },
      'a.example.com',
      'example.com',
      'reject',
      'p',
    ],
    [
      'sp of the organizational domain',
      { 'example.com': 'v=DMARC1; p=reject; sp=none' },
      'a.example.com',
      'example.com',
      'none',
      'sp',
    ],
    [
      'sp counts below alone',
      { 'example.com': 'v=DMARC1; p=reject; sp=none' },
      'example.com',
      'example.com',
      'reject',
      'p',
    ],
    [
      'the highest, not the nearest',
      { 'b.example.com': 'v=DMARC1; p=none', 'example.com': 'v=DMARC1; p=reject' },
      'a.b.example.com',
      'example.com',
      'reject',
      'p',
    ],
    [
      'psd=n ends the walk',
      { 'b.example.com': 'v=DMARC1; p=none; psd=n', 'example.com': 'v=DMARC1; p=reject' },
      'a.b.example.com',
      'b.example.com',
      'none',
      'p',
    ],
    ['the public suffix domain', { com: 'v=DMARC1; p=quarantine; psd=y' }, 'a.example.com', 'com', 'quarantine', 'p'],
    [
      'of the public suffix domain only where the organizational has none',
      { com: 'v=DMARC1; p=reject; psd=y', 'example.com': 'v=DMARC1; p=none' },
      'a.example.com',
      'example.com',
      'none',
      'p',
    ],
    [
      'neither nearest nor organizational: the suffix',
      { com: 'v=DMARC1; p=reject; psd=y', 'b.example.com': 'v=DMARC1; p=none' },
      'a.b.example.com',
      'com',
      'reject',
      'p',
    ],
    ['a public suffix writes mail', { com: 'v=DMARC1; p=reject; sp=none; psd=y' }, 'com', 'com', 'reject', 'p'],
    [
      'two records are none',
      { 'a.example.com': ['v=DMARC1; p=none', 'v=DMARC1; p=none'], 'example.com': 'v=DMARC1; p=reject' },
      'a.example.com',
      'example.com',
      'reject',
      'p',
    ],
    [
      'other texts do not count',
      { 'example.com': ['v=spf1 -all', 'v=DMARC1; p=reject', 'hello'] },
      'example.com',
      'example.com',
      'reject',
      'p',
    ],
    [
      'a long name passes over the middle',
      { 'b.c.d.e.f.g.example.com': 'v=DMARC1; p=reject; psd=n', 'example.com': 'v=DMARC1; p=none' },
      'mail.a.b.c.d.e.f.g.example.com',
      'example.com',
      'none',
      'p',
    ],
    [
      'np where there is no such name',
      { 'example.com': 'v=DMARC1; p=none; sp=quarantine; np=reject' },
      'gone.example.com',
      'example.com',
      'reject',
      'np',
    ],
    [
      'sp where there is one',
      { 'example.com': 'v=DMARC1; p=none; sp=quarantine; np=reject', 'a.example.com': 'EXISTS' },
      'a.example.com',
      'example.com',
      'quarantine',
      'sp',
    ],
    [
      'p where there is one, without sp',
      { 'example.com': 'v=DMARC1; p=none; np=reject', 'a.example.com': 'EXISTS' },
      'a.example.com',
      'example.com',
      'none',
      'p',
    ],
    [
      'np for subdomains alone',
      { 'example.com': 'v=DMARC1; p=none; np=reject' },
      'example.com',
      'example.com',
      'none',
      'p',
    ],
    [
      'np without np is sp',
      { 'example.com': 'v=DMARC1; p=none; sp=reject' },
      'gone.example.com',
      'example.com',
      'reject',
      'sp',
    ],
  ])('%s', (_, records, author, domain, requested, tag) => {
    const judged = judge(records, { author });
    expect(judged.result).toBe(domain === undefined ? 'none' : 'fail');
    expect(judged.policy?.domain).toBe(domain);
    expect([judged.requested, judged.policy?.tag]).toEqual([requested, tag]);
  });

  it('asks for existence only where it makes a difference', () => {
    const records = { 'example.com': 'v=DMARC1; p=reject; np=reject' };
    expect(judge(records, { author: 'a.example.com' }).asked).not.toContain('a.example.com');
    const differs = { 'example.com': 'v=DMARC1; p=none; np=reject' };
    expect(judge(differs, { author: 'a.example.com' }).asked.at(-1)).toBe('a.example.com');
    const passing = judge(differs, { author: 'a.example.com', identifiers: [spfId('a.example.com')] });
    expect(passing).toMatchObject({ result: 'pass', requested: 'none' });
    expect(passing.asked).not.toContain('a.example.com');
  });

  it.each<[string, string, string, string]>([
    ['p=reject; t=y', 'reject', 'quarantine', 'quarantine'],
    ['p=quarantine; t=y', 'quarantine', 'none', 'none'],
    ['p=none; t=y', 'none', 'none', 'none'],
    ['p=reject; t=n', 'reject', 'reject', 'reject'],
    ['p=reject; pct=0', 'reject', 'reject', 'reject'],
  ])('%s', (tags, published, evaluated, requested) => {
    const judged = judge({ 'example.com': `v=DMARC1; ${tags}` }, { author: 'example.com' });
    expect(judged.policy).toMatchObject({ published, evaluated });
    expect(judged.requested).toBe(requested);
  });

  it.each<[string, string, string]>([
    ['p=block; rua=mailto:a@example.com', 'fail', 'none'],
    ['p=reject; sp=block; rua=mailto:a@example.com', 'fail', 'none'],
    ['p=reject; np=block; rua=mailto:a@example.com', 'fail', 'none'],
    ['rua=mailto:a@example.com', 'fail', 'none'],
    ['p=block', 'permerror', 'none'],
    ['p=reject; sp=block', 'permerror', 'none'],
    ['p=block; rua=nonsense', 'permerror', 'none'],
    ['adkim=s', 'permerror', 'none'],
    ['p=reject; adkim=wrong', 'fail', 'reject'],
  ])('a record with %s', (tags, result, requested) => {
    expect(judge({ 'example.com': `v=DMARC1; ${tags}` }, { author: 'example.com' })).toMatchObject({
      result,
      requested,
    });
  });
});

describe('alignment', () => {
  const strict = { 'example.com': 'v=DMARC1; p=reject; adkim=s; aspf=s' };

  it('in strict mode takes the same domain alone, and asks one name', () => {
    const child = judge(strict, {
      author: 'example.com',
      identifiers: [spfId('a.example.com'), dkimId('b.example.com')],
    });
    expect(child).toMatchObject({ result: 'fail', requested: 'reject', asked: ['_dmarc.example.com'] });
    expect(alignments(child)).toEqual(['spf a.example.com none', 'dkim b.example.com none']);
    expect(judge(strict, { author: 'example.com', identifiers: [dkimId('example.com')] }).result).toBe('pass');
  });

  it('has a mode for each mechanism', () => {
    const mixed = { 'example.com': 'v=DMARC1; p=reject; adkim=s' };
    expect(judge(mixed, { author: 'example.com', identifiers: [spfId('a.example.com')] }).result).toBe('pass');
    expect(judge(mixed, { author: 'example.com', identifiers: [dkimId('a.example.com')] }).result).toBe('fail');
  });

  it('asks nothing about strangers', () => {
    const records = { 'example.com': 'v=DMARC1; p=reject' };
    const far = judge(records, { author: 'example.com', identifiers: [dkimId('example.net'), spfId('a.example.org')] });
    expect(far.asked).toEqual(['_dmarc.example.com']);
    const near = judge(records, {
      author: 'example.com',
      identifiers: [dkimId('example2.com'), dkimId('xexample.com')],
    });
    expect(near).toMatchObject({ result: 'fail', asked: ['_dmarc.example.com', '_dmarc.com'] });
  });

  it('does not join what psd=n keeps apart', () => {
    const records = { 'example.com': 'v=DMARC1; p=reject', 'sub.example.com': 'v=DMARC1; p=none; psd=n' };
    expect(judge(records, { author: 'example.com', identifiers: [dkimId('x.sub.example.com')] }).result).toBe('fail');
    expect(judge(records, { author: 'sub.example.com', identifiers: [dkimId('example.com')] }).result).toBe('fail');
    expect(judge(records, { author: 'sub.example.com', identifiers: [dkimId('x.sub.example.com')] }).result).toBe(
      'pass',
    );
  });

  it('does not join neighbours below a public suffix', () => {
    const records = { 'co.example': 'v=DMARC1; p=reject; psd=y', 'good.co.example': 'v=DMARC1; p=reject' };
    expect(judge(records, { author: 'good.co.example', identifiers: [dkimId('evil.co.example')] }).result).toBe('fail');
    expect(judge(records, { author: 'good.co.example', identifiers: [dkimId('co.example')] }).result).toBe('fail');
  });

  it('counts what passed alone', () => {
    const records = { 'example.com': 'v=DMARC1; p=reject' };
    const failed = judge(records, { author: 'example.com', identifiers: [dkimId('example.com', 'no')] });
    expect(failed.result).toBe('fail');
    expect(alignments(failed)).toEqual(['dkim example.com strict']);
  });
});

describe('what could not be told', () => {
  const reject = 'v=DMARC1; p=reject';

  it.each<[string, Records, string, readonly Identifier[], string, string | undefined]>([
    [
      'the author',
      { 'a.example.com': 'TIMEOUT', 'example.com': reject },
      'a.example.com',
      [spfId('a.example.com')],
      'temperror',
      'reject',
    ],
    ['for good', { 'a.example.com': 'REFUSED' }, 'a.example.com', [], 'permerror', 'reject'],
    ['above an author without record', { 'example.com': 'TIMEOUT' }, 'a.example.com', [], 'temperror', 'reject'],
    [
      'above an author with a record, nothing to align',
      { 'example.com': reject, com: 'TIMEOUT' },
      'example.com',
      [],
      'fail',
      undefined,
    ],
    [
      'above, the same domain passed',
      { 'example.com': reject, com: 'TIMEOUT' },
      'example.com',
      [dkimId('example.com')],
      'pass',
      undefined,
    ],
    [
      'above, a relative passed',
      { 'example.com': reject, com: 'TIMEOUT' },
      'example.com',
      [dkimId('a.example.com')],
      'temperror',
      'reject',
    ],
    [
      'of the identifier',
      { 'example.com': reject, 'a.example.com': 'TIMEOUT' },
      'example.com',
      [dkimId('a.example.com')],
      'temperror',
      'reject',
    ],
    [
      'of one of two',
      { 'example.com': reject, 'a.example.com': 'TIMEOUT' },
      'example.com',
      [dkimId('a.example.com'), spfId('b.example.com')],
      'pass',
      undefined,
    ],
    [
      'SPF of the same domain',
      { 'example.com': reject },
      'example.com',
      [spfId('example.com', 'temperror')],
      'temperror',
      'reject',
    ],
    [
      'DKIM of a relative',
      { 'example.com': reject },
      'example.com',
      [dkimId('a.example.com', 'temperror')],
      'temperror',
      'reject',
    ],
    [
      'SPF of a stranger',
      { 'example.com': reject },
      'example.com',
      [spfId('example.net', 'temperror')],
      'fail',
      undefined,
    ],
    [
      'SPF, and DKIM passes',
      { 'example.com': reject },
      'example.com',
      [spfId('example.com', 'temperror'), dkimId('example.com')],
      'pass',
      undefined,
    ],
    [
      'p=none',
      { 'example.com': 'v=DMARC1; p=none' },
      'example.com',
      [spfId('example.com', 'temperror')],
      'temperror',
      'none',
    ],
    [
      't=y',
      { 'example.com': 'v=DMARC1; p=quarantine; t=y' },
      'example.com',
      [spfId('example.com', 'temperror')],
      'temperror',
      'none',
    ],
    [
      'whether there is such a name',
      { 'example.com': 'v=DMARC1; p=none; np=quarantine', 'a.example.com': 'LOST' },
      'a.example.com',
      [],
      'temperror',
      'quarantine',
    ],
    ['no policy without one', {}, 'example.com', [spfId('example.com', 'temperror')], 'none', undefined],
  ])('%s', (_, records, author, identifiers, result, atStake) => {
    const judged = judge(records, { author, identifiers });
    expect([judged.result, judged.atStake, judged.requested === 'none' || result === 'fail']).toEqual([
      result,
      atStake,
      true,
    ]);
  });
});
