/**
 * A Postfix configuration as policies and settings: main.cf, master.cf and the maps they name. What is wrong comes all
 * at once, with file and line; what is odd is a warning; what becomes of each parameter is in the report.
 */
import type { Policy } from '../core/policy.js';
import { ConfigurationError, type Problem } from '../values/errors.js';
import type { Abilities } from './abilities.js';
import type { PostfixTexts } from './files.js';
import type { MapOptions } from './maps.js';
import { checkOptions } from './options.js';
import { type ReportRow, reportOn, unusedWarnings } from './report.js';
import type { PostfixServer } from './server-settings.js';
import { type PostfixService, type ReadServices, readServices, type ServicePlan } from './services.js';
import { type PostfixMailboxes, type PostfixSettings, readMailboxes } from './settings.js';
import { Site } from './site.js';
import { type PostfixTransport, readTransports } from './transports.js';

/** What the program can do for the configuration, and what tables need that is not in the folder. */
export interface PostfixOptions extends Abilities, MapOptions {}

export interface PostfixReading {
  /** Of the service on port 25, or else of the first. */
  readonly policy: Policy;
  readonly settings: PostfixSettings;
  readonly server: PostfixServer;
  /** Every smtpd(8) service of master.cf that listens on the network, in its order. */
  readonly services: readonly PostfixService[];
  /** The delivery agents that are programs or other servers: pipe, smtp, lmtp. */
  readonly transports: readonly PostfixTransport[];
  readonly mailboxes: PostfixMailboxes;
  /** One row for each parameter that is set, and for defaults of Postfix's that are not honoured. */
  readonly report: readonly ReportRow[];
  /** What is odd, and not wrong: a key that is there twice, a domain that no address can have, a name nothing
   * defines. */
  readonly warnings: readonly Problem[];
}

/** What became of a configuration, whether it is right or not. */
export interface PostfixCheck {
  /** Undefined where there are problems. */
  readonly reading: PostfixReading | undefined;
  /** What has a problem is NOT honoured in it. Empty where main.cf cannot be read. */
  readonly report: readonly ReportRow[];
  readonly warnings: readonly Problem[];
  readonly problems: readonly Problem[];
  /** The tables that it names, `hash:/etc/postfix/transport`, without `proxy:`. */
  readonly tables: readonly string[];
}

/**
 * From a configuration folder, or from texts by path (`{ 'main.cf': ..., 'transport': ... }`). Throws
 * ConfigurationError `postfix` with every problem of main.cf, master.cf and the maps, `options` for what is wrong with
 * the options.
 */
export function readPostfix(origin: string | PostfixTexts, options: PostfixOptions = {}): PostfixReading {
  const { reading, problems } = checkPostfix(origin, options);
  if (reading === undefined) throw new ConfigurationError('postfix', problems);
  return reading;
}

/** The same for who wants the report of a configuration that is wrong too. Throws for wrong options alone. */
export function checkPostfix(origin: string | PostfixTexts, options: PostfixOptions = {}): PostfixCheck {
  checkOptions(options);
  const site = new Site(origin, options);
  // Nothing else can be said of a configuration that is not there.
  if (site.isMissing) return { reading: undefined, report: [], warnings: [], problems: site.allProblems(), tables: [] };
  const mailboxes = readMailboxes(site);
  const read = readServices(site, options);
  const { transports, problems } = readTransports(site.master.services, (service) => site.viewFor(service));
  site.problems.push(...problems);
  judgeTrust(site, transports);
  const services = served(read.plans);
  const all = site.allProblems();
  const report = reportOfSite(site, read);
  const warnings = [...site.allWarnings(), ...unusedWarnings(report)];
  const main = services.find(({ listen }) => listen.port === 25) ?? services[0];
  const tables = site.maps.named();
  if (all.length > 0 || main === undefined) return { reading: undefined, report, warnings, problems: all, tables };
  const { policy, settings, server } = main;
  const reading = { policy, settings, server, services, transports, mailboxes, report, warnings };
  return { reading, report, warnings, problems: [], tables };
}

/** Where opportunistic TLS is all there is, whom to trust is no question. */
function judgeTrust(site: Site, transports: readonly PostfixTransport[]): void {
  const verifies = transports.some((one) => one.kind === 'smtp' && !['none', 'may'].includes(one.tls.level));
  if (verifies || site.main.settings.has('smtp_tls_policy_maps')) return;
  const why = 'no certificate of a server is verified at smtp_tls_security_level = none or may';
  site.judge('smtp_tls_CApath', 'irrelevant', why);
}

function served(plans: readonly ServicePlan[]): readonly PostfixService[] {
  return plans.flatMap(({ service, policy }) => (policy === undefined ? [] : [{ ...service, policy }]));
}

function reportOfSite(site: Site, { plans, screens, rows }: ReadServices): readonly ReportRow[] {
  const verdicts = new Map(site.verdicts);
  const found = [...plans.map((plan) => [plan.line, plan.verdicts] as const), ...screens];
  for (const [line, ofLine] of found) {
    for (const [name, verdict] of ofLine) {
      if (!line.overrides.has(name)) verdicts.set(name, verdict);
    }
  }
  const known = reportOn({
    main: site.main,
    services: site.master.services,
    views: [site.view, ...Object.values(site.programs), ...site.viewOf.values()],
    viewOf: site.viewOf,
    verdicts,
    verdictsOf: new Map(found),
    faults: site.faults(),
    ownNetworks: site.view.text('mynetworks'),
    accounts: site.accounts !== undefined,
    maildirs: site.programs.local.text('mail_spool_directory').endsWith('/'),
    restrictionClasses: site.view.text('smtpd_restriction_classes'),
  });
  return [...known, ...rows];
}
