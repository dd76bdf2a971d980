/**
 * The files that aliases name by `:include:`, as a table from path to text. Read when they are asked for, as local(8)
 * does.
 */
import type { Table } from '../core/table.js';
import { cannotTell, found, notFound } from '../values/answer.js';
import { decodeText } from '../values/bytes.js';
import type { PostfixFiles } from './files.js';

/** A file that is not there is not found; one that cannot be read could not be told. */
export function includeTable(files: PostfixFiles): Table {
  return {
    name: ':include:',
    lookup: (path) => {
      const read = files.read(path);
      if (read.kind === 'read') return found({ value: decodeText(read.bytes), source: { file: read.file } });
      return /ENOENT|no such file/i.test(read.why) ? notFound() : cannotTell(`${read.file}: ${read.why}`);
    },
  };
}
