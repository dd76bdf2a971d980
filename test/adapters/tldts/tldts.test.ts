import { beforeAll, describe, expect, it } from 'vitest';
import { tldtsPublicSuffix } from '../../../src/adapters/tldts/index.js';
import type { PublicSuffix } from '../../../src/ports/public-suffix.js';
import { judge, runDmarc, spfSaid } from '../../stages/dmarc/support.js';

describe('the public suffix list of tldts', () => {
  let list: PublicSuffix;
  let public_: PublicSuffix;
  beforeAll(async () => {
    list = await tldtsPublicSuffix();
    public_ = await tldtsPublicSuffix({ privateDomains: false });
  });

  it.each<[string, string | undefined]>([
    ['example.com', 'example.com'],
    ['a.b.example.com', 'example.com'],
    ['com', undefined],
    ['a.example.co.uk', 'example.co.uk'],
    ['co.uk', undefined],
    ['a.site.github.io', 'site.github.io'],
    ['github.io', undefined],
    ['a.b.ck', 'a.b.ck'],
    ['b.ck', undefined],
    ['a.www.ck', 'www.ck'],
    ['a.example.unlisted', 'example.unlisted'],
    ['unlisted', undefined],
    ['a.xn--55qx5d.cn', 'a.xn--55qx5d.cn'],
    ['xn--55qx5d.cn', undefined],
    ['_spf.sub_domain.example.com', 'example.com'],
    ['1.2.3.example.com', 'example.com'],
  ])('%s: %s', async (domain, organizational) => {
    const answer = await list.organizationalDomain(domain);
    expect(answer).toMatchObject(
      organizational === undefined ? { kind: 'not-found' } : { kind: 'found', value: organizational },
    );
  });

  it('may do without the private section', async () => {
    expect(await public_.organizationalDomain('a.site.github.io')).toEqual({ kind: 'found', value: 'github.io' });
  });

  it('serves DMARC after RFC 7489', async () => {
    const records = { 'example.co.uk': 'v=DMARC1; p=reject' };
    const mail = {
      records,
      header: 'From: a@news.example.co.uk',
      options: { mode: { rfc: 7489 as const, publicSuffix: list } },
    };
    expect((await runDmarc({ ...mail, spf: spfSaid('pass', 'bounce.example.co.uk') })).finding.result).toBe('pass');
    expect((await runDmarc({ ...mail, spf: spfSaid('pass', 'other.co.uk') })).finding.result).toBe('fail');
    expect(judge(records, { author: 'news.example.co.uk' }).result).toBe('fail');
  });
});
