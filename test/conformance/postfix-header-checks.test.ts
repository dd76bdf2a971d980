/** Postfix's own cases for header and body checks, read from a folder beside the project where they are there. */
import { describe, expect, type TestContext, test } from 'vitest';
import { contentChecks } from '../../src/stages/content-checks/index.js';
import { edited, message, run } from '../stages/checks-support.js';
import { postfixData } from '../values/support.js';

/**
 * The message as it comes out: the records ("5 BODY N 16	|text"), continued lines, and what is written before them. Not
 * compared: what the program logs ("header_body_checks: ...").
 */
function expected(ctx: TestContext, name: string): string {
  return postfixData(ctx, `global/header_body_checks_${name}.ref`)
    .split('\n')
    .filter((line) => !/^(header_body_checks: |HEADER END|BODY END)/.test(line))
    .map((line) => line.replace(/^[0-9]+ (MAIN|MULT|NEST|BODY N) [0-9]+\t\|/, ''))
    .join('\n');
}

/** The action for all fields of a kind, and for all lines; those of `static:` maps in Postfix's test. */
const actions: Readonly<Record<string, readonly [header: string, mime: string, nested: string, body: string]>> = {
  null: ['DUNNO', 'DUNNO', 'DUNNO', 'DUNNO'],
  warn: ['WARN', 'WARN', 'WARN', 'WARN'],
  ignore: ['IGNORE', 'IGNORE', 'IGNORE', 'IGNORE'],
  strip: ['STRIP header line', 'STRIP mime header line', 'STRIP nested header', 'STRIP body line'],
  replace: ['REPLACE header: head', 'REPLACE header: mime', 'REPLACE header: nest', 'REPLACE body'],
  prepend: ['PREPEND header: head', 'PREPEND header: mime', 'PREPEND header: nest', 'PREPEND body'],
};

describe('the message comes out as in Postfix', () => {
  test.for(Object.entries(actions))('%s', async ([name, [header, mime, nested, body]], ctx) => {
    const on = message(postfixData(ctx, 'global/mime_test.in'));
    const table = (action: string) => ({ pcre: `/./ ${action}` });
    const stage = contentChecks({
      header: table(header),
      mimeHeader: table(mime),
      nestedHeader: table(nested),
      body: table(body),
    });
    const out = (await edited(on, (await run(stage, on)).edits)).replaceAll('\r\n', '\n');
    // Postfix leaves out white space before the colon of every field; here fields that no rule changes stay as they are.
    expect(out.replace('content-type :', 'content-type:')).toBe(expected(ctx, name));
  });
});
