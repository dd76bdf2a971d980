/** Postfix's own cases for header checks, read from a folder beside the project where they are there. */
import { describe, expect, type TestContext, test } from 'vitest';
import { headerChecks } from '../../src/stages/header-checks/index.js';
import { pcreTable } from '../../src/tables/regex/index.js';
import { edited, message, run } from '../stages/checks-support.js';
import { postfixData } from '../values/support.js';

/** The records of the primary header: "0 MAIN 0	|text", continued lines, and what is written before them. */
function primaryHeader(ctx: TestContext, name: string): string {
  const text = postfixData(ctx, `global/header_body_checks_${name}.ref`);
  return text
    .slice(0, text.indexOf('HEADER END'))
    .split('\n')
    .filter((line) => !line.startsWith('header_body_checks: '))
    .map((line) => line.replace(/^[0-9]+ MAIN [0-9]+\t\|/, ''))
    .join('\n');
}

/**
 * The tables of Postfix's test are `static:` maps by class of header; here patterns name the classes. Known
 * difference: the rest of the files is about headers inside the MIME structure and about body lines chosen by it,
 * which header and body checks do not look into yet.
 */
const tables = {
  null: '/^never/ DUNNO',
  warn: '/./ WARN',
  ignore: '/./ IGNORE',
  strip: '/^content-type/ STRIP mime header line\n/./ STRIP header line',
  replace: '/^content-type/ REPLACE header: mime\n/./ REPLACE header: head',
  prepend: '/^content-type/ PREPEND header: mime\n/./ PREPEND header: head',
};

describe('the primary header comes out as in Postfix', () => {
  test.for(Object.entries(tables))('%s', async ([name, table], ctx) => {
    const on = message(`${primaryHeader(ctx, 'null')}\n`);
    const { edits } = await run(headerChecks(pcreTable(table)), on);
    expect((await edited(on, edits)).replaceAll('\r\n', '\n')).toBe(`${primaryHeader(ctx, name)}\n`);
  });
});
