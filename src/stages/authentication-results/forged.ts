/**
 * Which fields of a message that came from outside speak in our name (RFC 8601 section 5): found by what a reader behind us
 * may take for ours, whatever case, folds, comments, quotes or escapes it was written with. Fields that we added are not judged.
 */

import { authservKey, parseAuthenticationResults } from '../../values/authentication-results-reader.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { fieldSafe } from '../../values/field-words.js';
import type { HeaderField } from '../../values/header.js';
import { hiddenFields } from '../../values/hidden-fields.js';
import { parseReceivedSpf } from '../../values/received-spf.js';

export interface ForgedFieldsOptions {
  /** Our own authserv-ids: host names, in any case; one that begins with a dot (`.school.example`) stands for all names below. */
  readonly authservId: string | readonly string[];
  /** authserv-ids whose Authentication-Results stay, even below one of ours. A stranger can write these names too: say it only
   * where nobody but these hosts reaches this policy. Default: none. */
  readonly trusted?: readonly string[];
  /** Authentication-Results of other hosts: `keep` those that can be read and have a version that we know (default), or `remove`
   * all, which RFC 8601 section 5 calls simplest and safest. */
  readonly otherResults?: 'keep' | 'remove';
  /** Received-SPF: `all` (default), `ours`: those whose `receiver=` is one of ours, that have none or cannot be read, or `keep`. */
  readonly receivedSpf?: 'all' | 'ours' | 'keep';
  /** Names of other fields that only we write; `*` at the end stands for anything: `X-Spam-*`, `X-Virus-Scanned`. Default: none. */
  readonly fields?: readonly string[];
}

export interface ForgedField {
  readonly field: HeaderField;
  readonly why: string;
}

/** Finds them, in order. */
export type ForgedFields = (header: readonly HeaderField[]) => readonly ForgedField[];

/** Why a field goes; undefined where it stays. */
type Judge = (value: string) => string | undefined;

/** Throws ConfigurationError `options` (problems `bad-authserv-id`, `bad-name`). */
export function compileForgedFields(options: ForgedFieldsOptions): ForgedFields {
  const { otherResults = 'keep', receivedSpf = 'all', fields = [] } = options;
  const ids = typeof options.authservId === 'string' ? [options.authservId] : options.authservId;
  const problems = [...idProblems([...ids, ...(options.trusted ?? [])]), ...fields.flatMap(nameProblems)];
  if (ids.length === 0)
    problems.push({ code: 'bad-authserv-id', message: 'at least one authserv-id of ours is expected' });
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  const isOurs = idTest(ids);
  const judges = new Map<string, Judge>([
    ['authentication-results', resultsJudge(isOurs, idTest(options.trusted ?? []), otherResults === 'remove')],
  ]);
  if (receivedSpf !== 'keep') judges.set('received-spf', spfJudge(isOurs, receivedSpf === 'all'));
  return compile(judges, fields);
}

/** Fields that are read in one message, and characters of them all; those beyond are taken for forged. No honest mail has a tenth. */
const FIELDS_LIMIT = 200;
const CHARACTERS_LIMIT = 262_144;

function compile(judges: ReadonlyMap<string, Judge>, fields: readonly string[]): ForgedFields {
  const names = new Set(fields.filter((name) => !name.endsWith('*')).map((name) => name.toLowerCase()));
  const prefixes = fields.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1).toLowerCase());
  const isNamed = (name: string): boolean => names.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
  return (header) => {
    let read = 0;
    let characters = 0;
    const why: JudgeNamed = (name, value) => {
      if (isNamed(name)) return 'only we write fields of this name';
      const judge = judges.get(name);
      if (judge === undefined) return undefined;
      const text = value();
      read++;
      characters += text.length;
      return read > FIELDS_LIMIT || characters > CHARACTERS_LIMIT ? 'there are too many to read' : judge(text);
    };
    return header.flatMap((field): readonly ForgedField[] => {
      const reason =
        field.origin === 'received' ? (why(field.lowerName, () => field.value) ?? hidden(field, why)) : undefined;
      return reason === undefined ? [] : [{ field, why: reason }];
    });
  };
}

/** Why a field of that name goes. The name is in lower case, the value is only asked for where it counts. */
type JudgeNamed = (name: string, value: () => string) => string | undefined;

function hidden(field: HeaderField, judge: JudgeNamed): string | undefined {
  for (const { lowerName, value } of hiddenFields(field)) {
    const why = judge(lowerName, () => value);
    if (why !== undefined) return `behind a bare CR: ${why}`;
  }
  return undefined;
}

function resultsJudge(isOurs: (id: string) => boolean, isTrusted: (id: string) => boolean, all: boolean): Judge {
  return (value) => {
    const read = parseAuthenticationResults(value);
    if (read.kind === 'malformed') return `it cannot be read: ${read.why}`;
    const { authservId } = read.value;
    if (isTrusted(authservId)) return undefined;
    if (isOurs(authservId)) return 'its authserv-id is ours';
    return all ? 'it is not of a host that we trust' : undefined;
  };
}

function spfJudge(isOurs: (id: string) => boolean, all: boolean): Judge {
  return (value) => {
    if (all) return 'only we write fields of this name';
    const read = parseReceivedSpf(value);
    if (read.kind === 'malformed') return `it cannot be read: ${read.why}`;
    const [receiver, second] = read.value.pairs.filter(({ key }) => key === 'receiver');
    if (receiver === undefined) return 'it does not say whose it is';
    if (second !== undefined) return 'it names several receivers';
    return isOurs(receiver.value) ? 'its receiver is one of ours' : undefined;
  };
}

/** Tests ids in constant time each, whatever number of names there is. */
function idTest(ids: readonly string[]): (id: string) => boolean {
  const names = new Set(ids.filter((id) => !id.startsWith('.')).map(authservKey));
  const parents = ids.filter((id) => id.startsWith('.')).map((id) => `.${authservKey(id.slice(1))}`);
  return (id) => {
    const key = authservKey(id);
    return names.has(key) || parents.some((parent) => key.endsWith(parent));
  };
}

function idProblems(ids: readonly string[]): readonly Problem[] {
  const wrong = ids.filter((id) => !/^\.?[^\s.][^\s]{0,254}$/u.test(id));
  const message = 'an authserv-id is a name without blanks, of 1 to 255 characters';
  return wrong.map((id) => ({ code: 'bad-authserv-id', message, construct: fieldSafe(id) }));
}

function nameProblems(name: string): readonly Problem[] {
  if (/^[!-)+-9;-~]{1,76}\*?$/.test(name)) return [];
  const message = 'a field name, or its beginning and "*", is expected';
  return [{ code: 'bad-name', message, construct: fieldSafe(name) }];
}
