import { describe, expect, test } from 'vitest';
import { directoryGroupAliases } from '../../src/directory/group-aliases.js';
import { memoryDirectory } from '../../src/directory/memory-directory.js';
import type { Directory } from '../../src/ports/directory.js';
import { cannotTell, notFound } from '../../src/values/answer.js';

const directory = memoryDirectory({
  users: [
    { login: 's001', addresses: ['s001@school.example', 'anna@school.example'] },
    { login: 's002', addresses: ['"odd, name"@school.example'] },
    { login: 's003' },
  ],
  contacts: [{ id: 'office', addresses: ['office@far.example'] }],
  groups: [
    { name: 'class', addresses: ['class@school.example'], users: ['s001', 's002', 's003'] },
    { name: 'year', addresses: ['year@school.example'], groups: ['class'], contacts: ['office'], users: ['s001'] },
    { name: 'nobody', addresses: ['nobody@school.example'], users: ['s003'] },
    { name: 'silent', users: ['s001'] },
  ],
});
const table = directoryGroupAliases(directory);
const asked = async (key: string, of = table) => {
  const answer = await of.lookup(key);
  return answer.kind === 'found' ? answer.value.value : answer.kind;
};

describe('directoryGroupAliases', () => {
  test.each([
    ['class@school.example', 's001@school.example, "odd, name"@school.example'],
    ['CLASS@School.Example', 's001@school.example, "odd, name"@school.example'],
    ['nobody@school.example', 'not-found'],
    ['s001@school.example', 'not-found'],
    ['silent@school.example', 'not-found'],
    ['class', 'not-found'],
    ['@school.example', 'not-found'],
    ['', 'not-found'],
  ])('%s: %s', async (key, expected) => {
    expect(await asked(key)).toBe(expected);
  });

  test('members of groups within, each once', async () => {
    const value = await asked('year@school.example');
    expect(value.split(', ').sort()).toEqual(
      ['"odd', 'name"@school.example', 'office@far.example', 's001@school.example'].sort(),
    );
  });

  test('a directory that cannot tell, of the group or of its members, is heard', async () => {
    const failing = (part: 'findGroup' | 'membersOf'): Directory => ({
      ...directory,
      [part]: () => cannotTell('down'),
    });
    expect(await asked('class@school.example', directoryGroupAliases(failing('findGroup')))).toBe('cannot-tell');
    expect(await asked('class@school.example', directoryGroupAliases(failing('membersOf')))).toBe('cannot-tell');
    const gone: Directory = { ...directory, membersOf: () => notFound() };
    expect(await asked('class@school.example', directoryGroupAliases(gone))).toBe('not-found');
  });
});
