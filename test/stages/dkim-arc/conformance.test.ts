/** The suites of DKIM Verifier and ValiMail, through every cryptography there is. */
import { describe, expect, test } from 'vitest';
import { arcFinding } from '../../../src/findings/arc.js';
import { dkimFinding } from '../../../src/findings/dkim.js';
import { arc } from '../../../src/stages/dkim-arc/arc.js';
import { dkim } from '../../../src/stages/dkim-arc/dkim.js';
import { messageOf } from '../../../src/testing/builders.js';
import { zoneResolver } from '../../../src/testing/ports/zone-resolver.js';
import { runStage } from '../../../src/testing/run-stage.js';
import { convertLineEnds } from '../../../src/values/line-ends.js';
import { arcData, dkimData } from '../../values/support.js';
import { readArcSuite } from './arc-suite.js';
import { cryptos } from './cryptos.js';
import { findingsOf } from './support.js';

interface Cases {
  readonly dns: Readonly<Record<string, string>>;
  readonly cases: readonly {
    readonly file: string;
    readonly want: readonly (string | readonly string[])[];
    readonly note?: string;
    readonly dns?: Readonly<Record<string, string>>;
  }[];
}

const zoneOf = (records: Readonly<Record<string, string>>) =>
  zoneResolver(Object.fromEntries(Object.entries(records).map(([name, text]) => [name, { TXT: [text] }])));

/** Of the ARC suite: what is answered otherwise, and why. */
const otherwise = (bad: string): Readonly<Record<string, string>> => ({
  // Without c= the form is simple/simple (RFC 6376 section 3.5, RFC 8617 section 4.1.2); the suite has that of an early draft.
  ams_fields_c_na: `fail for pass: i=1: ARC-Message-Signature: ${bad}`,
  // h= must not be empty, and From must be signed (RFC 6376 section 3.5, 5.4).
  ams_fields_h_empty: 'fail for pass: i=1: ARC-Message-Signature: the tag h= is empty',
});

describe.each(cryptos)('$name', ({ name, crypto }) => {
  test('DKIM Verifier: all 24 cases', async (ctx) => {
    const { dns, cases } = JSON.parse(new TextDecoder().decode(dkimData(ctx, 'cases.json'))) as Cases;
    const wrong: string[] = [];
    for (const { file, want, note, dns: own } of cases) {
      const message = messageOf(convertLineEnds(dkimData(ctx, file), 'crlf'));
      const resolver = zoneOf({ ...dns, ...own });
      const { result } = await runStage(dkim({ crypto, resolver }), { message });
      const finding = dkimFinding.in(findingsOf(result));
      const got = finding?.signatures.map((one) => one.result) ?? [];
      const right = got.length === want.length && got.every((one, i) => [want[i]].flat().includes(one));
      if (!right) wrong.push(`${file} (${note}): ${got.join(' ')}; ${finding?.signatures.map((one) => one.why)}`);
    }
    expect(cases).toHaveLength(24);
    expect(wrong).toEqual([]);
  });

  test('ValiMail: the chains', async (ctx) => {
    const scenarios = readArcSuite(arcData(ctx, 'arc-draft-validation-tests.yml'));
    const wrong: Record<string, string> = {};
    let count = 0;
    for (const { keys, tests } of scenarios) {
      for (const one of tests) {
        count++;
        const { result } = await runStage(arc({ crypto, resolver: zoneOf(keys) }), { message: messageOf(one.message) });
        const finding = arcFinding.in(findingsOf(result));
        if (finding?.result !== one.cv) wrong[one.name] = `${finding?.result} for ${one.cv}: ${finding?.why}`;
      }
    }
    expect(count).toBe(175);
    expect(wrong).toEqual(otherwise(name === 'node-crypto' ? 'the signature did not verify' : 'bad signature'));
  });
});
