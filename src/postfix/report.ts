/**
 * What became of every parameter of main.cf and of `-o` in master.cf: honoured, irrelevant here, not honoured and what
 * that means, or unknown to Postfix itself. A parameter is honoured when the reader asked for its value; nothing is
 * listed by hand.
 */
import type { Problem, SourcePosition } from '../values/errors.js';
import { catalogue, parametersOfService } from './catalogue/defaults.js';
import { isOfAnotherProgram } from './catalogue/programs.js';
import { guardsSecurity, isAlwaysSo, type ParameterStatus, statusOf } from './catalogue/status.js';
import { splitList } from './lists.js';
import type { MainCf, Setting } from './main-cf.js';
import type { MasterService } from './master-cf.js';
import type { ParameterView } from './parameter-view.js';
import { mboxFiles } from './settings.js';

export interface ReportRow {
  readonly parameter: string;
  /** As written; undefined for a default of Postfix's. */
  readonly value: string | undefined;
  readonly source: SourcePosition | undefined;
  /** The line of master.cf whose `-o` sets it, as `name/type`; undefined for main.cf. */
  readonly service: string | undefined;
  readonly status: ParameterStatus;
  /** What it means; empty for what is honoured whole. */
  readonly why: string;
  /** True where it is not honoured and decides who may send, relay or log in, or what is refused. */
  readonly guards: boolean;
}

/** A verdict on a parameter by its value, above what the catalogue says. The worst of several counts. */
export type Judge = (parameter: string, status: Verdict['status'], why: string, guards?: boolean) => void;

export interface Verdict {
  readonly status: 'honoured' | 'irrelevant' | 'not-honoured';
  readonly why: string;
  /** False: what is done instead is no less safe. True: a name of the operator's own guards too. Default: as the
   * catalogue has it. */
  readonly guards?: boolean;
}

/** Verdicts as they come in. */
export function verdicts(): { readonly found: ReadonlyMap<string, Verdict>; readonly judge: Judge } {
  const found = new Map<string, Verdict>();
  const rank = { honoured: 1, irrelevant: 0, 'not-honoured': 2 } as const;
  return {
    found,
    judge: (parameter, status, why, guards) => {
      const before = found.get(parameter);
      if (before === undefined || rank[status] > rank[before.status]) {
        found.set(parameter, guards === undefined ? { status, why } : { status, why, guards });
      }
    },
  };
}

export interface ReportFacts {
  readonly main: MainCf;
  readonly services: readonly MasterService[];
  /** All views, main.cf's and those of services; each with what it read and what `$name` it met. */
  readonly views: readonly ParameterView[];
  /** The view of a service whose overrides are read, by the service. */
  readonly viewOf: ReadonlyMap<MasterService, ParameterView>;
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** Verdicts found for one service's view, by the service. */
  readonly verdictsOf: ReadonlyMap<MasterService, ReadonlyMap<string, Verdict>>;
  readonly restrictionClasses: string;
  /** What is wrong with the parameter that stands at `file:line`. */
  readonly faults: ReadonlyMap<string, readonly string[]>;
  /** Whether the system's accounts were given. */
  readonly accounts: boolean;
  /** The default of mynetworks. */
  readonly ownNetworks: string;
  /** mail_spool_directory holds Maildirs: it ends in a slash. */
  readonly maildirs: boolean;
}

export function reportOn(facts: ReportFacts): readonly ReportRow[] {
  const { main, services, views } = facts;
  const read = new Set(views.flatMap((view) => [...view.read]));
  const known = knownNames(facts);
  const rows = [
    ...main.overridden.map((one) => row(one, undefined, { status: 'irrelevant', why: 'a later line sets it again' })),
    ...[...main.settings.values()].map((one) =>
      row(one, undefined, faultOf(one, facts) ?? facts.verdicts.get(one.name) ?? verdictOn(one, read, known, views)),
    ),
  ].sort((a, b) => (a.source?.line ?? 0) - (b.source?.line ?? 0));
  const overrides = services.flatMap((service) =>
    [...service.overrides.values()].map((one) => row(one, service, overrideVerdict(one, service, facts, read, known))),
  );
  return [...rows, ...overrides, ...defaults(facts)];
}

interface AnyVerdict {
  readonly status: ParameterStatus;
  readonly why: string;
  readonly guards?: boolean;
}

function verdictOn(
  { name, value }: Setting,
  read: ReadonlySet<string>,
  known: Known,
  views: readonly ParameterView[],
): AnyVerdict {
  if (read.has(name)) return { status: 'honoured', why: '' };
  if (known.classes.has(name)) return { status: 'honoured', why: 'a restriction class' };
  const isReferred = views.some((view) => view.values.referred.has(name));
  if (!Object.hasOwn(known.defaults, name)) return isReferred ? throughName : unknown;
  const off = ['', 'no', '0'].includes(value.toLowerCase()) && value.toLowerCase() === known.defaults[name];
  if (off) return { status: 'honoured', why: 'off, as it is by default' };
  if (isAlwaysSo(name, value)) return { status: 'honoured', why: 'as it always is here' };
  const status = statusOf(name);
  return isReferred && !status.named ? throughName : status;
}

/** What is refused is not honoured, and who leaves it out must say so. */
function faultOf({ source }: Setting, { faults }: ReportFacts): AnyVerdict | undefined {
  const messages = faults.get(placeOf(source));
  if (messages === undefined) return undefined;
  return { status: 'not-honoured', why: `the configuration is refused: ${messages.join('; ')}`, guards: true };
}

export function placeOf({ file, line }: SourcePosition): string {
  return `${file}:${line ?? 0}`;
}

const throughName: AnyVerdict = { status: 'honoured', why: 'read through $name' };

const unknown: AnyVerdict = {
  status: 'unknown',
  why: 'no parameter of Postfix, and no $name refers to it: it has no effect there either',
};

function overrideVerdict(
  setting: Setting,
  service: MasterService,
  facts: ReportFacts,
  read: ReadonlySet<string>,
  known: Known,
): AnyVerdict {
  const view = facts.viewOf.get(service);
  const own = faultOf(setting, facts) ?? facts.verdictsOf.get(service)?.get(setting.name);
  if (view === undefined) return { status: 'irrelevant', why: 'no such program is run here' };
  if (own !== undefined) return own;
  if (view.read.has(setting.name)) return { status: 'honoured', why: '' };
  if (read.has(setting.name)) return ofAnother(setting.name, service);
  return verdictOn(setting, view.read, known, [view]);
}

/** Only where it is known of Postfix's program; else it may well count there. */
function ofAnother(name: string, { command }: MasterService): AnyVerdict {
  if (isOfAnotherProgram(name, command)) {
    return {
      status: 'irrelevant',
      why: `${command} does not read it in Postfix either: it belongs to another program`,
    };
  }
  return { status: 'not-honoured', why: `it is read of main.cf, and not of this ${command}`, guards: true };
}

interface Known {
  readonly defaults: Readonly<Record<string, string>>;
  readonly classes: ReadonlySet<string>;
}

function knownNames({ services, restrictionClasses }: ReportFacts): Known {
  const own = services.map(({ name, command }) => parametersOfService(name, command));
  return { defaults: Object.assign({}, catalogue, ...own), classes: new Set(splitList(restrictionClasses)) };
}

function row(
  { name, value, source }: Setting,
  service: MasterService | undefined,
  { status, why, guards: guarding = guardsSecurity(name) }: AnyVerdict,
): ReportRow {
  const guards = status === 'not-honoured' && guarding;
  const of = service === undefined ? undefined : `${service.name}/${service.type}`;
  return { parameter: name, value, source, service: of, status, why, guards };
}

/** Where Postfix's default asks the system, and ours cannot. */
function defaults({ main, accounts, maildirs, ownNetworks }: ReportFacts): readonly ReportRow[] {
  const networks = `Postfix's default is what the interfaces of this host have (mynetworks_style): here ${ownNetworks || 'no address'} alone`;
  const rows = [
    [
      'local_recipient_maps',
      "Postfix's default asks the system's accounts: here every local recipient is taken; name a map of users, or give them (--accounts of the command, option `unix`)",
    ],
    ['alias_maps', "Postfix's default reads the system's aliases file: here none is read; name it"],
    ['mynetworks', networks],
    ['home_mailbox', mboxFiles],
  ] as const;
  const given = new Set([...(accounts ? ['local_recipient_maps'] : []), ...(maildirs ? ['home_mailbox'] : [])]);
  return rows
    .filter(([parameter]) => !main.settings.has(parameter) && !given.has(parameter))
    .map(([parameter, why]) => ({
      parameter,
      value: undefined,
      source: undefined,
      service: undefined,
      status: 'not-honoured',
      why,
      // Mail that Postfix refuses is taken and stored.
      guards: parameter === 'local_recipient_maps',
    }));
}

/** The parameters and lines that Postfix itself would warn of. */
export function unusedWarnings(rows: readonly ReportRow[]): readonly Problem[] {
  return rows.flatMap(({ status, source, parameter }) => {
    if (status !== 'unknown') return [];
    const message = 'no parameter of Postfix, and nothing refers to it: a slip of the pen?';
    return [{ code: 'unknown-parameter', message, ...(source !== undefined && { source }), construct: parameter }];
  });
}
