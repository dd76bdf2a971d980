/** What became of every parameter of main.cf: honoured, irrelevant here, or not honoured and what that means. */
import type { SourcePosition } from '../values/errors.js';
import type { MainCf, Setting } from './main-cf.js';
import { honoured, type ParameterStatus, statusOf } from './parameters.js';

export interface ReportRow {
  readonly parameter: string;
  /** As written; undefined for a default of Postfix's. */
  readonly value: string | undefined;
  readonly source: SourcePosition | undefined;
  readonly status: ParameterStatus;
  /** What it means; empty for what is honoured whole. */
  readonly why: string;
}

/** `used`: names that were read, also through `$name`. `left`: elements of a parameter that are not carried out. */
export function reportOn(
  main: MainCf,
  used: ReadonlySet<string>,
  left: ReadonlyMap<string, readonly string[]>,
): readonly ReportRow[] {
  const rows = [
    ...main.overridden.map((one) => row(one, 'irrelevant', 'a later line sets it again')),
    ...[...main.settings.values()].map((one) => settingRow(one, used, left)),
  ].sort((a, b) => (a.source?.line ?? 0) - (b.source?.line ?? 0));
  return [...rows, ...defaults.filter(({ parameter }) => !main.settings.has(parameter))];
}

function settingRow(
  setting: Setting,
  used: ReadonlySet<string>,
  left: ReadonlyMap<string, readonly string[]>,
): ReportRow {
  const { name } = setting;
  const missing = left.get(name);
  if (missing !== undefined)
    return row(setting, 'not-honoured', `left out, they are not known here yet: ${missing.join('; ')}`);
  if (Object.hasOwn(honoured, name)) return row(setting, 'honoured', '');
  const { status, why } = statusOf(name);
  const isOwn = used.has(name) && status === 'not-honoured' && why.startsWith('not known');
  return isOwn ? row(setting, 'honoured', 'read through $name') : row(setting, status, why);
}

function row({ name, value, source }: Setting, status: ParameterStatus, why: string): ReportRow {
  return { parameter: name, value, source, status, why };
}

const byDefault = (parameter: string, why: string): ReportRow => ({
  parameter,
  value: undefined,
  source: undefined,
  status: 'not-honoured',
  why,
});

/** Where Postfix's default asks the system. */
const defaults: readonly ReportRow[] = [
  byDefault(
    'local_recipient_maps',
    "Postfix's default asks the system's accounts: here every local recipient is taken; name a map of users",
  ),
  byDefault('alias_maps', "Postfix's default reads the system's aliases file: here none is read; name it"),
  byDefault('mynetworks', "Postfix's default is this host's own addresses: here loopback alone"),
];
