/** The list `domain` of a table: for whom the directory is asked. */
import { describe, expect, it } from 'vitest';
import { ldapTable } from '../../../src/tables/ldap/ldap-table.js';
import { cannotTell, found, notFound } from '../../../src/values/answer.js';
import { asked, lines, opened } from './support.js';

describe('domain', () => {
  it.each([
    ['bob@a.example', true],
    ['bob@A.Example', true],
    ['bob@c.example', false],
    ['bob@sub.a.example', false],
    ['bob', false],
    ['@a.example', false],
    ['bob@', false],
  ])('%s: asked for %s', async (key, isAsked) => {
    const { service, get } = opened(lines('query_filter = uid=%u\ndomain = a.example, !c.example B.example'));
    expect(await get(key)).toBe(isAsked ? 'bob@a.example' : '-');
    expect(service.queries).toHaveLength(isAsked ? 1 : 0);
  });

  it.each([
    // In /list: a.example, !c.example.
    ['/list', 'a', true],
    ['/list', 'c', false],
    ['!/list, b.example c.example', 'a', false],
    ['!/list, b.example c.example', 'b', true],
    ['!/list, b.example', 'c', true],
    ['!!/list', 'a', true],
    ['!none:x, b.example', 'b', true],
    ['!all:x, b.example', 'b', false],
  ])('%s: %s.example is asked for: %s', async (domain, name, isAsked) => {
    const { service } = opened(lines());
    const table = ldapTable(lines(`query_filter = uid=%u\ndomain = ${domain}`), {
      file: 'f',
      ldap: () => service,
      domainFiles: {
        table: (of) => ({ name: of, lookup: () => (of === 'all:x' ? found({ value: '' }) : notFound()) }),
        read: (path) => ({ file: path, bytes: new TextEncoder().encode('a.example, !c.example\n') }),
      },
    });
    await asked(table, `bob@${name}.example`);
    expect(service.queries).toHaveLength(isAsked ? 1 : 0);
  });

  it('takes tables and files, and what they cannot tell is not told', async () => {
    const tables: Record<string, ReturnType<typeof cannotTell | typeof notFound>> = {
      'fail:x': cannotTell('x'),
      'none:x': notFound(),
    };
    const service = opened(lines()).service;
    const table = ldapTable(lines('query_filter = uid=%u\ndomain = none:x, /list, fail:x'), {
      file: 'f',
      ldap: () => service,
      domainFiles: {
        table: (name) => ({ name, lookup: () => tables[name] ?? notFound() }),
        read: (path) => ({ file: path, bytes: new TextEncoder().encode('# comment\na.example,\n  !c.example\n') }),
      },
    });
    expect(await asked(table, 'bob@a.example')).toBe('bob@a.example');
    expect(await asked(table, 'bob@c.example')).toBe('-');
    expect(await asked(table, 'bob@b.example')).toBe('! x');
  });
});
