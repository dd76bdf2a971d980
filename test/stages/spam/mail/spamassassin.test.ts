import { describe, expect, it } from 'vitest';
import type { Redirector } from '../../../../src/stages/spam/mail/index.js';
import { cases, texts, viewOf } from './support.js';

const firstOnly = /:(?:addr|name)$/;

describe('header fields as SpamAssassin shows them to rules', () => {
  it.each(cases<Record<string, string | null>>('headers.jsonl'))('$name', ({ message, expect: expected }) => {
    const { header } = viewOf(message);
    const got = Object.keys(expected).map((key) => {
      const [name = '', ...forms] = key.split(':');
      const found = header.get(name, forms);
      return [key, found.length === 0 ? null : firstOnly.test(key) ? found[0] : found.join('')];
    });
    expect(Object.fromEntries(got)).toEqual(expected);
  });
});

interface Texts {
  readonly body: readonly string[];
  readonly rawbody: readonly string[];
  readonly parts?: readonly (readonly [string, string | null, string | null, number])[];
}

describe('rendered and decoded text as SpamAssassin shows them to rules', () => {
  it.each(cases<Texts>('bodies.jsonl'))('$name', ({ message, expect: expected }) => {
    const view = viewOf(message);
    expect({ body: texts(view.body), rawbody: texts(view.rawBody) }).toEqual(expected);
  });
});

describe('parts as SpamAssassin tells them apart', () => {
  it.each(cases<Texts>('parts.jsonl'))('$name', ({ message, expect: expected }) => {
    const view = viewOf(message);
    const parts = view.parts.map((part) => [
      part.type,
      part.fileName ?? null,
      part.boundary ?? null,
      part.leaf ? 1 : 0,
    ]);
    expect({ body: texts(view.body), rawbody: texts(view.rawBody), parts }).toEqual(expected);
  });
});

interface Uris {
  readonly uris: readonly string[];
  readonly detail: readonly (readonly [string, readonly string[], readonly string[]])[];
}

/** Of the rule files that the expectations were made with. */
const redirectors: readonly Redirector[] = [
  (uri) => /^https?:\/\/(?:\w+\.)?google\.com\/url\?[\s\S]*?\b(?:q|url)=([^&]*)/i.exec(uri)?.[1],
];

describe('URIs as SpamAssassin finds and cleans them', () => {
  it.each(cases<Uris>('uris.jsonl'))('$name', ({ message, expect: expected }) => {
    const view = viewOf(message, { redirectors });
    const detail = view.uris.map(({ uri, from, hosts }) => [
      uri,
      [...from].sort(),
      [...new Set(hosts.values())].sort(),
    ]);
    const byUri = detail.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
    expect({ uris: [...texts(view.uriPieces)].sort(), detail: byUri }).toEqual(expected);
  });
});
