/** The SPF scenarios of mail-auth, but for those that its notice, or RFC 7208, says to be wrong. */
import { expect, test } from 'vitest';
import { checkHost } from '../../../src/stages/spf/index.js';
import { mailAuthSpfData } from '../../values/support.js';
import { readMailAuth } from './mail-auth.js';
import { address, suiteResolver } from './zone.js';

const files = 'a all basic examples exists exp include ip macro mx ptr redirect'.split(' ');

/** Ours, and why it is right. */
const disagreements: Readonly<Record<string, string>> = {
  // Syntax errors are found before anything is evaluated (RFC 7208 section 4.6).
  'all "All test" #1': 'permerror, not fail: the record of test.org, "ip:10.0.0.1" at 12: no mechanism is named "ip"',
  // At most two void look-ups (section 4.6.4).
  'basic "DNS Lookup Limits" #1':
    'permerror, not softfail: a:t3.org in the record of ok.test.org: more than 2 look-ups that find nothing',
  // The HELO name would fail; this is a check of MAIL FROM.
  'basic "HELO identity" #1': 'pass, not fail: +all',
  // exists asks for A records alone (section 5.7).
  'exists "Exists" #2': 'fail, not pass: -all',
  'macro "Macro expansion 2" #2': 'fail, not pass: -all',
  // An IPv4 client is compared with ip4 networks alone (section 5.6).
  'ip "IPv6 match" #4': 'fail, not pass: -all',
};

test('results and explanations', async (ctx) => {
  let count = 0;
  const wrong: Record<string, string> = {};
  for (const file of files) {
    for (const { name, zone, domain, sender, ip, expect: wanted } of readMailAuth(
      file,
      mailAuthSpfData(ctx, `${file}.yml`),
    )) {
      count++;
      const check = await checkHost({
        clientIp: address(ip),
        // `domain` is the HELO name.
        domain: sender === '' ? domain : sender.slice(sender.lastIndexOf('@') + 1),
        sender,
        helo: domain,
        resolver: suiteResolver(zone),
        now: new Date('2026-11-22T12:00:00Z'),
      });
      const got = check.explanation === undefined ? check.result : `${check.result} ${check.explanation}`;
      if (got !== wanted) wrong[name] = `${got}, not ${wanted}: ${check.problem ?? check.mechanism}`;
    }
  }
  expect(wrong).toEqual(disagreements);
  expect(count).toBe(163);
});
