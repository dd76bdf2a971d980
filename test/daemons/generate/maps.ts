/** Tables in every type, from keys and values: files, in-line ones, and ones made of others. */
import type { Random } from './random.js';

export interface MadeMap {
  /** As main.cf names it. */
  readonly spec: string;
  readonly files: Readonly<Record<string, string>>;
  readonly index: readonly string[];
}

export type Entry = readonly [key: string, value: string];

const escaped = (text: string): string => text.replace(/[.*+?^$()[\]{}|\\/]/g, '\\$&');

/** `name` is that of its file. What the type cannot hold (a network in a hash) is the caller's care. */
export function makeMap(random: Random, name: string, entries: readonly Entry[], types = keyed): MadeMap {
  const type = random.pick(types);
  const file = `${type.replace(/\W/g, '')}_${name}`;
  const spec = `${type}:$config_directory/${file}`;
  const lines = (render: (entry: Entry) => string): string => `# ${name}\n${entries.map(render).join('\n')}\n`;
  switch (type) {
    case 'hash':
    case 'btree':
    case 'lmdb':
      return { spec, files: { [file]: lines(([key, value]) => `${key}\t${value}`) }, index: [`${type}:${file}`] };
    case 'texthash':
      return { spec, files: { [file]: lines(([key, value]) => `${key}    ${value}`) }, index: [] };
    case 'pcre':
    case 'regexp':
      return { spec, files: { [file]: lines(([key, value]) => `/^${escaped(key)}$/ ${value}`) }, index: [] };
    case 'inline': {
      const items = entries.map(([key, value]) => (/[\s,]/.test(value) ? `{ ${key} = ${value} }` : `${key}=${value}`));
      return { spec: `inline:{ ${items.join(', ')} }`, files: {}, index: [] };
    }
    case 'unionmap': {
      const half = makeMap(random, name, entries, ['texthash']);
      return { ...half, spec: `unionmap:{${half.spec}, fail0}`.replace(', fail0', '') };
    }
    case 'pipemap': {
      const half = makeMap(random, name, entries, ['hash']);
      return { ...half, spec: `pipemap:{${half.spec}}` };
    }
    default:
      throw new Error(`no such type ${type}`);
  }
}

/** Types whose key is the text that is looked up. */
export const keyed: readonly string[] = [
  'hash',
  'btree',
  'lmdb',
  'texthash',
  'pcre',
  'regexp',
  'inline',
  'unionmap',
  'pipemap',
];
/** For tables that are delivered by: local(8) and virtual(8) look with other rules into patterns. */
export const indexed: readonly string[] = ['hash', 'btree', 'lmdb', 'texthash'];
