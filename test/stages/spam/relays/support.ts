import { readFileSync } from 'node:fs';
import type { HeaderView } from '../../../../src/stages/spam/mail/mail-view.js';
import type { Settings } from '../../../../src/stages/spam/rules/settings.js';

/** A header as rules see it, without encoded words: `['Received: from x', 'From: a@example.com']`. Values may be folded. */
export function headerOf(fields: readonly string[]): HeaderView {
  const parsed = fields.map((field) => {
    const colon = field.indexOf(':');
    const value = field.slice(colon + 1).replace(/\n[ \t]+/g, ' ');
    return { name: field.slice(0, colon), raw: `${field.slice(colon + 1)}\n`, value: value.trim() };
  });
  const named = (name: string) => parsed.filter((field) => field.name.toLowerCase() === name.toLowerCase());
  const joined = (parts: readonly string[]) => (parts.length === 0 ? undefined : parts.join(''));
  return {
    text: (name) => joined(named(name).map(({ value }) => `${value}\n`)),
    raw: (name) => joined(named(name).map(({ raw }) => raw)),
    get: (name, forms = []) =>
      (forms.includes('first') ? named(name).slice(0, 1) : named(name)).flatMap(({ value }) =>
        forms.includes('addr') ? addressesIn(value) : [`${value}\n`],
      ),
    has: (name) => named(name).length > 0,
    addresses: (name) => named(name).flatMap(({ value }) => addressesIn(value)),
    displayName: (name) => /^"?([^"<]*?)"? *</.exec(named(name)[0]?.value ?? '')?.[1],
    each: (name) => named(name).map(({ value }) => value),
    eachRaw: (name) => named(name).map(({ raw }) => raw),
    all: parsed.map(({ name, value }) => `${name}: ${value}\n`).join(''),
    allRaw: fields.map((field) => `${field}\n`).join(''),
  };
}

function addressesIn(value: string): readonly string[] {
  return value.match(/[^\s<>,"]+@[^\s<>,"]+/g) ?? [];
}

/** The lines of a file of cases, without those that begin with `#`. */
export function linesOf(file: URL): readonly string[] {
  return readFileSync(file, 'latin1')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Lines of a rule file. */
export function settingsOf(text = ''): Settings {
  const lines = text.split('\n').flatMap((line, index) => {
    const [, keyword, value = ''] = /^\s*(\S+)\s*(.*?)\s*$/.exec(line) ?? [];
    return keyword === undefined ? [] : [{ keyword, value, source: { file: 'test.cf', line: index + 1 } }];
  });
  return {
    of: (...keywords) => lines.filter(({ keyword }) => keywords.includes(keyword)),
    last: (wanted) => lines.filter(({ keyword }) => keyword === wanted).at(-1),
  };
}
