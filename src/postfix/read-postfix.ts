/**
 * A Postfix configuration as a policy: main.cf and the maps it names, in their first form (postconf(5)). What is wrong comes
 * all at once, with file and line; what is not honoured is in the report. master.cf is not read yet.
 */
import { definePolicy, type Policy } from '../core/policy.js';
import type { AnyStage } from '../core/stage.js';
import type { Table } from '../core/table.js';
import { bodyChecks } from '../stages/body-checks/index.js';
import { headerChecks } from '../stages/header-checks/index.js';
import { loopDetection } from '../stages/loop-detection/index.js';
import { route } from '../stages/routing/index.js';
import { declaredSize, sizeLimit } from '../stages/size-limit/index.js';
import { decodeText } from '../values/bytes.js';
import { type Domain, parseDomain } from '../values/domain.js';
import { ConfigurationError, isConfigurationError, type Problem, type SourcePosition } from '../values/errors.js';
import { Lists } from './domains.js';
import { type Expander, expander } from './expand.js';
import { filesOf, type PostfixTexts } from './files.js';
import { splitList } from './lists.js';
import { type MainCf, readMainCf } from './main-cf.js';
import { Maps } from './maps.js';
import { honoured, otherDefaults } from './parameters.js';
import { type ReportRow, reportOn } from './report.js';
import { type Restriction, type RestrictionList, readRestrictions, restrictionLists } from './restrictions.js';
import { smtpdRestrictions } from './restrictions-stage.js';

/** What a server needs beside the policy. */
export interface PostfixSettings {
  /** myhostname. */
  readonly hostname: Domain;
  /** myorigin: the domain of bare names. */
  readonly origin: Domain;
  /** mydestination. */
  readonly localDomains: readonly string[];
  readonly virtualDomains: readonly string[];
  readonly relayDomains: readonly string[];
  /** mynetworks, in CIDR notation. */
  readonly networks: readonly string[];
  readonly recipientDelimiter: string;
  /** Octets; undefined for no limit (message_size_limit = 0). */
  readonly messageSizeLimit: number | undefined;
  /** smtpd_recipient_limit. */
  readonly recipientLimit: number;
}

export interface PostfixReading {
  readonly policy: Policy;
  readonly settings: PostfixSettings;
  /** One row for each parameter that is set, and for defaults of Postfix's that are not honoured. */
  readonly report: readonly ReportRow[];
  /** What is odd in a map, and not wrong: a key that is there twice. */
  readonly warnings: readonly Problem[];
}

/**
 * From a configuration folder, or from texts by path (`{ 'main.cf': ..., 'transport': ... }`). Throws ConfigurationError
 * `postfix` with every problem of main.cf and of the maps.
 */
export function readPostfix(origin: string | PostfixTexts): PostfixReading {
  return new Reader(origin).read();
}

class Reader {
  readonly #main: MainCf;
  readonly #values: Expander;
  readonly #maps: Maps;
  readonly #lists: Lists;
  readonly #problems: Problem[] = [];
  readonly #file: string;
  /** Elements that are left out, by parameter. */
  readonly #left = new Map<string, readonly string[]>();
  #mailboxDomains: readonly string[] = [];

  constructor(origin: string | PostfixTexts) {
    const files = filesOf(origin);
    const read = files.read('main.cf');
    this.#file = read.file;
    const text = read.kind === 'read' ? decodeText(read.bytes) : '';
    if (read.kind === 'unreadable')
      this.#problem('missing-main-cf', `cannot be read: ${read.why}`, { file: read.file });
    this.#main = readMainCf(text, read.file);
    const names = { ...otherDefaults, config_directory: files.folder, ...honoured, mydomain: this.#domainOfHost() };
    this.#values = expander(this.#main.settings, names);
    this.#maps = new Maps(files);
    this.#lists = new Lists(this.#maps);
    this.#maps.knowAliases(this.#value('alias_maps'));
  }

  read(): PostfixReading {
    const settings = this.#settings();
    const stages = this.#stages(settings);
    const { problems } = this.#main;
    const all = [
      ...this.#problems,
      ...problems,
      ...this.#values.problems,
      ...this.#maps.problems,
      ...this.#lists.problems,
    ];
    if (all.length > 0) throw new ConfigurationError('postfix', inOrder(all, this.#file));
    const lists: Readonly<Record<'mail' | 'rcpt' | 'message', readonly AnyStage[]>> = stages;
    const report = reportOn(this.#main, this.#values.used, this.#left);
    return { policy: definePolicy(lists), settings, report, warnings: this.#maps.warnings };
  }

  #settings(): PostfixSettings {
    const hostname = this.#domain('myhostname');
    const relayDomains = this.#domains('relay_domains');
    const localDomains = this.#domains('mydestination');
    this.#mailboxDomains = this.#domains('virtual_mailbox_domains');
    const own = [...this.#mailboxDomains, ...this.#domains('virtual_alias_domains')];
    return {
      hostname,
      origin: this.#domain('myorigin'),
      localDomains,
      // Postfix takes the first class that has the domain, and warns.
      virtualDomains: [...new Set(own)].filter((domain) => !localDomains.includes(domain)),
      relayDomains,
      networks: this.#lists.networks(this.#value('mynetworks'), this.#source('mynetworks')),
      recipientDelimiter: this.#value('recipient_delimiter'),
      messageSizeLimit: this.#number('message_size_limit') || undefined,
      recipientLimit: this.#number('smtpd_recipient_limit'),
    };
  }

  #stages(settings: PostfixSettings): Record<'mail' | 'rcpt' | 'message', readonly AnyStage[]> {
    const { messageSizeLimit: maxBytes } = settings;
    const restrictions = this.#restrictions();
    const { networks, localDomains, virtualDomains, relayDomains, recipientDelimiter } = settings;
    const domains = [...localDomains, ...virtualDomains];
    const guard = { restrictions, networks, domains, relayDomains, recipientDelimiter };
    return {
      mail: maxBytes === undefined ? [] : [declaredSize({ maxBytes })],
      rcpt: [smtpdRestrictions(guard), ...this.#built(() => this.#route(settings), 'mydestination')],
      message: [
        ...(maxBytes === undefined ? [] : [sizeLimit({ maxBytes })]),
        ...this.#built(() => loopDetection({ maxReceived: this.#number('hopcount_limit') }), 'hopcount_limit'),
        ...this.#checks(),
      ],
    };
  }

  #checks(): readonly AnyStage[] {
    const header = this.#maps.rules(this.#value('header_checks'), this.#source('header_checks'));
    const body = this.#maps.rules(this.#value('body_checks'), this.#source('body_checks'));
    const headerSizeLimit = this.#number('header_size_limit');
    const limits = { sizeLimit: this.#number('body_checks_size_limit'), lineLimit: this.#number('line_length_limit') };
    return [
      ...(header === undefined ? [] : this.#built(() => headerChecks(header, { headerSizeLimit }), 'header_checks')),
      ...(body === undefined ? [] : this.#built(() => bodyChecks(body, limits), 'body_checks')),
    ];
  }

  #route({ localDomains, virtualDomains, relayDomains, recipientDelimiter, origin }: PostfixSettings): AnyStage {
    const aliases = this.#table('alias_maps');
    const virtualAliases = this.#table('virtual_alias_maps');
    const transport = this.#table('transport_maps');
    const mailboxes = this.#table('virtual_mailbox_maps');
    const relayhost = this.#value('relayhost');
    const hasMailboxes = this.#mailboxDomains.length > 0 && mailboxes !== undefined;
    return route({
      localDomains,
      localRecipients: this.#table('local_recipient_maps') ?? 'all',
      virtualDomains,
      relayDomains,
      recipientDelimiter,
      origin: origin.ascii,
      virtualExpansionLimit: this.#number('virtual_alias_expansion_limit'),
      virtualRecursionLimit: this.#number('virtual_alias_recursion_limit'),
      ...(aliases !== undefined && { aliases }),
      ...(virtualAliases !== undefined && { virtualAliases }),
      ...(transport !== undefined && { transport }),
      ...(hasMailboxes && { mailbox: mailboxNames(mailboxes) }),
      ...(relayhost !== '' && { defaultTransport: `smtp:${relayhost}` }),
    });
  }

  #restrictions(): readonly Restriction[] {
    const classes = new Set(splitList(this.#values.value('smtpd_restriction_classes') ?? ''));
    const all = restrictionLists.flatMap((list) => this.#restrictionList(list, classes));
    const guards: readonly string[] = ['reject', 'defer', 'reject_unauth_destination', 'defer_unauth_destination'];
    const guarded = all.some((one) => guards.includes(one.kind) && (one.list === 'relay' || one.list === 'recipient'));
    if (!guarded) {
      // smtpd(8) does not start either: "specify at least one working instance of: reject_unauth_destination, ..."
      const message =
        'smtpd_relay_restrictions or smtpd_recipient_restrictions must hold reject_unauth_destination, defer_unauth_destination, reject or defer: anybody could relay';
      this.#problem('open-relay', message, this.#source('smtpd_relay_restrictions'));
    }
    return all;
  }

  #restrictionList(list: RestrictionList, classes: ReadonlySet<string>): readonly Restriction[] {
    const parameter = `smtpd_${list}_restrictions`;
    const value = list === 'relay' && this.#hasOldStyleRelay() ? '' : this.#value(parameter);
    const read = readRestrictions(list, value, this.#source(parameter), this.#maps, classes);
    for (const problem of read.problems) this.#problems.push(problem);
    if (read.left.length > 0) this.#left.set(parameter, read.left);
    return read.restrictions;
  }

  /** Before compatibility level 1, recipient restrictions that guard the relay stand alone. */
  #hasOldStyleRelay(): boolean {
    if (this.#main.settings.has('smtpd_relay_restrictions')) return false;
    const level = Number.parseFloat(this.#main.settings.get('compatibility_level')?.value ?? '0');
    return !(level >= 1) && this.#main.settings.has('smtpd_recipient_restrictions');
  }

  // --- values ---

  #value(name: string): string {
    return this.#values.value(name) ?? '';
  }

  #source(name: string): SourcePosition {
    return this.#main.settings.get(name)?.source ?? { file: `${this.#file} (default of ${name})` };
  }

  #table(name: string): Table | undefined {
    return this.#maps.list(this.#value(name), this.#source(name));
  }

  #domains(name: string): readonly string[] {
    return this.#lists.domains(name, this.#value(name), this.#source(name));
  }

  #domain(name: string): Domain {
    const value = this.#value(name);
    // myorigin may name a file, as Debian has it.
    const text = value.startsWith('/') ? (this.#maps.text(value, this.#source(name)) ?? 'localhost').trim() : value;
    const domain = parseDomain(text);
    if (domain.kind === 'parsed') return domain.value;
    this.#problem('bad-domain', `${name}: ${domain.why}`, this.#source(name), text);
    return { kind: 'domain', ascii: 'localhost', unicode: 'localhost' };
  }

  #number(name: string): number {
    const value = this.#value(name);
    if (/^[0-9]{1,15}$/.test(value)) return Number(value);
    this.#problem('bad-number', `${name}: expected a whole number`, this.#source(name), value);
    return Number(honoured[name] ?? 0);
  }

  /** Postfix's default of mydomain: myhostname without its first label, or localdomain. */
  #domainOfHost(): string {
    const host = this.#main.settings.get('myhostname')?.value ?? '';
    const dot = host.indexOf('.');
    return dot < 0 || host.includes('$') ? 'localdomain' : host.slice(dot + 1);
  }

  /** A stage, or none and its problems. Those that come without a place stand at the parameter. */
  #built(make: () => AnyStage, parameter: string): readonly AnyStage[] {
    try {
      return [make()];
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      for (const one of error.problems)
        this.#problems.push(one.source === undefined ? { ...one, source: this.#source(parameter) } : one);
      return [];
    }
  }

  #problem(code: string, message: string, source: SourcePosition, construct?: string): void {
    this.#problems.push(construct === undefined ? { code, message, source } : { code, message, source, construct });
  }
}

/** By file, main.cf first, and line: as one reads. */
function inOrder(problems: readonly Problem[], main: string): readonly Problem[] {
  const rank = ({ source }: Problem): string =>
    `${source?.file === main ? '' : (source?.file ?? '~')}\0${String(source?.line ?? 0).padStart(9, '0')}`;
  return [...problems].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** virtual_mailbox_maps names files below virtual_mailbox_base; a store's names have no slash at either end. Bare user
 * names are for local_recipient_maps, mail of local users goes by their name. */
function mailboxNames(table: Table): Table {
  return {
    name: table.name,
    async lookup(key, call) {
      if (!key.includes('@')) return { kind: 'not-found' };
      const answer = await table.lookup(key, call);
      if (answer.kind !== 'found') return answer;
      const { value } = answer.value;
      return { kind: 'found', value: { ...answer.value, value: value.replace(/^\/+/, '').replace(/\/+$/, '') } };
    },
  };
}
