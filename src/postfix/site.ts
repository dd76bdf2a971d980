/**
 * One Postfix configuration while it is read: files, main.cf, master.cf, the maps, the views of its programs, and
 * everything that was found wrong or odd on the way.
 */
import type { Table } from '../core/table.js';
import type { DomainEntry } from '../tables/domain-set.js';
import { decodeText } from '../values/bytes.js';
import { type Problem, renderProblem } from '../values/errors.js';
import { catalogue, parametersOfService } from './catalogue/defaults.js';
import { Lists } from './domains.js';
import { expander } from './expand.js';
import { filesOf, type PostfixFiles, type PostfixTexts } from './files.js';
import { includeTable } from './includes.js';
import { type MainCf, readMainCf } from './main-cf.js';
import { type MapOptions, Maps } from './maps.js';
import { type MasterCf, type MasterService, readMasterCf } from './master-cf.js';
import type { Below } from './match-table.js';
import { networkStyles, ownNetworks } from './own-networks.js';
import { type ParameterView, parameterView } from './parameter-view.js';
import { withPhysicalLines } from './physical-line.js';
import { type Judge, placeOf, type Verdict, verdicts } from './report.js';

/** For a folder without master.cf: what every Postfix has. */
const stock = `smtp inet n - n - - smtpd
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
`;

/** The programs whose parameters come from another line of master.cf than smtpd's. */
export type Program = 'cleanup' | 'rewrite' | 'local' | 'virtual';

export type Programs = Readonly<Record<Program, ParameterView>>;

export class Site {
  readonly files: PostfixFiles;
  readonly main: MainCf;
  readonly master: MasterCf;
  readonly maps: Maps;
  readonly lists: Lists;
  /** As main.cf names them. */
  readonly programs: Programs;
  /** main.cf alone. */
  readonly view: ParameterView;
  readonly warnings: Problem[] = [];
  readonly problems: Problem[] = [];
  /** There is no main.cf. */
  readonly isMissing: boolean;
  readonly includes: Table;
  /** The names that have a mailbox, where the program gives the system's accounts. */
  readonly accounts: Table | undefined;
  readonly judge: Judge;
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly viewOf: ReadonlyMap<MasterService, ParameterView>;
  readonly #mainFile: string;
  readonly #mainText: string;
  readonly #defaults: Readonly<Record<string, string>>;
  readonly #views = new Map<MasterService, ParameterView>();
  readonly #programs = new Map<ParameterView, Programs>();

  constructor(origin: string | PostfixTexts, options: MapOptions) {
    this.files = filesOf(origin);
    const read = this.files.read('main.cf');
    this.#mainFile = read.file;
    this.#mainText = read.kind === 'read' ? decodeText(read.bytes) : '';
    this.isMissing = read.kind === 'unreadable';
    if (read.kind === 'unreadable') {
      const message = `cannot be read: ${read.why}`;
      this.problems.push({ code: 'missing-main-cf', message, source: { file: read.file } });
    }
    this.main = readMainCf(this.#mainText, read.file);
    const master = this.files.read('master.cf');
    this.master = readMasterCf(master.kind === 'read' ? decodeText(master.bytes) : stock, master.file);
    const defaults = this.#defaultsHere(options.unix !== undefined);
    this.#defaults = { ...defaults, mynetworks: ownNetworks(expander(this.main.settings, defaults)) };
    const { found, judge } = verdicts();
    this.verdicts = found;
    this.judge = judge;
    this.viewOf = this.#views;
    this.view = parameterView({ settings: this.main.settings, defaults: this.#defaults, file: read.file });
    this.view.oneOf('mynetworks_style', networkStyles);
    if (this.main.settings.has('mynetworks')) judge('mynetworks_style', 'irrelevant', 'mynetworks is set, and counts');
    this.programs = this.programsFor(this.view);
    this.maps = new Maps(this.files, options, (name) =>
      this.view.isSet(name) ? { value: this.view.text(name), source: this.view.source(name) } : undefined,
    );
    this.lists = new Lists(this.maps);
    this.maps.knowAliases(this.programs.local.text('alias_maps'));
    this.includes = includeTable(this.files);
    this.accounts = options.unix?.('passwd.byname');
  }

  /** The parameters as the program on this line of master.cf has them. */
  viewFor(service: MasterService): ParameterView {
    const known = this.#views.get(service);
    if (known !== undefined) return known;
    const defaults = { ...this.#defaults, service_name: service.name };
    const { overrides } = service;
    const view = parameterView({ settings: this.main.settings, overrides, defaults, file: this.#mainFile });
    this.#views.set(service, view);
    return view;
  }

  /** The tables of a list of maps, as one. */
  table(view: ParameterView, name: string): Table | undefined {
    return this.maps.list(view.text(name), view.source(name));
  }

  /** `below`: how a name stands for what lies below it; not at all by default. */
  domains(view: ParameterView, name: string, below: Below = 'exact'): readonly DomainEntry[] {
    return this.lists.domains(name, view.text(name), view.source(name), { below });
  }

  /** Every problem once, main.cf's first, each file by its lines. */
  allProblems(): readonly Problem[] {
    return this.#told(this.#found());
  }

  /** What is wrong, by the place of the parameter that is to blame, also for what it names. */
  faults(): ReadonlyMap<string, readonly string[]> {
    const all = new Map<string, string[]>();
    const said = this.#found().flatMap((one) =>
      one.source === undefined ? [] : [[one.source, shortly(one)] as const],
    );
    for (const [source, text] of [...said, ...this.maps.failed]) {
      const before = all.get(placeOf(source)) ?? [];
      if (!before.some((one) => one.endsWith(text))) all.set(placeOf(source), [...before, text]);
    }
    return all;
  }

  #found(): readonly Problem[] {
    const { main, master, maps, lists } = this;
    const views = [this.view, ...Object.values(this.programs), ...this.#views.values()].flatMap(
      (view) => view.problems,
    );
    return [...this.problems, ...main.problems, ...master.problems, ...views, ...maps.problems, ...lists.problems];
  }

  allWarnings(): readonly Problem[] {
    const views = [this.view, ...Object.values(this.programs), ...this.#views.values()];
    const undefinedNames = views.flatMap((view) => view.values.warnings);
    const { warnings, master, maps, lists } = this;
    return this.#told([...warnings, ...master.warnings, ...undefinedNames, ...maps.warnings, ...lists.warnings]);
  }

  #told(problems: readonly Problem[]): readonly Problem[] {
    const scratch = expander(this.main.settings, this.#defaults);
    const placed = withPhysicalLines(problems, this.#mainText, this.#mainFile, (line) =>
      scratch.expand(line, { file: '' }),
    );
    const what = ({ message, construct }: Problem): string => `${message}\0${construct}`;
    const isDefault = ({ source }: Problem): boolean => source?.file.endsWith(')') === true;
    const written = new Set(placed.filter((one) => !isDefault(one)).map(what));
    // A default that refers to what is wrong elsewhere says nothing new.
    const once = new Map(
      placed.filter((one) => !isDefault(one) || !written.has(what(one))).map((one) => [renderProblem(one), one]),
    );
    const rank = ({ source }: Problem): string =>
      `${source?.file === this.#mainFile ? '' : (source?.file ?? '~')}\0${String(source?.line ?? 0).padStart(9, '0')}`;
    return [...once.values()].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  }

  /** Postfix's defaults; those that ask the machine are fixed: see catalogue/defaults.ts. */
  #defaultsHere(accounts: boolean): Readonly<Record<string, string>> {
    const host = this.main.settings.get('myhostname')?.value ?? '';
    const dot = host.indexOf('.');
    return {
      ...catalogue,
      ...Object.assign({}, ...this.master.services.map(({ name, command }) => parametersOfService(name, command))),
      config_directory: this.files.folder,
      mydomain: dot < 0 || host.includes('$') ? 'localdomain' : host.slice(dot + 1),
      // The system's aliases and accounts are no part of the folder; the report tells of it.
      alias_maps: '',
      ...(!accounts && { local_recipient_maps: '' }),
    };
  }

  /** The lines of master.cf that cleanup_service_name and rewrite_service_name of this program name: `-o` may name
   * others. */
  programsFor(view: ParameterView): Programs {
    const known = this.#programs.get(view);
    if (known !== undefined) return known;
    const programs = {
      cleanup: this.#programNamed(view, 'cleanup_service_name', 'cleanup'),
      rewrite: this.#programNamed(view, 'rewrite_service_name', 'trivial-rewrite'),
      local: this.#programOf('local', 'local') ?? this.view,
      virtual: this.#programOf('virtual', 'virtual') ?? this.view,
    };
    this.#programs.set(view, programs);
    return programs;
  }

  /** A folder without the line of every Postfix is taken; one without the line that it names itself is not. */
  #programNamed(view: ParameterView, parameter: string, command: string): ParameterView {
    const name = view.text(parameter);
    const found = this.#programOf(name, command);
    if (found === undefined && name !== catalogue[parameter]) {
      view.fault(parameter, 'no-service', `master.cf has no line "${name} unix ... ${command}"`, name);
    }
    return found ?? this.view;
  }

  #programOf(name: string, command: string): ParameterView | undefined {
    const line = this.master.services.find(
      (one) => one.type !== 'inet' && one.name === name && one.command === command,
    );
    return line === undefined ? undefined : this.viewFor(line);
  }
}

function shortly({ message, construct }: Problem): string {
  return construct === undefined ? message : `${message}: ${construct}`;
}
