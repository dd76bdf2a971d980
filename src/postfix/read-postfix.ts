/**
 * A Postfix configuration as policies and settings: main.cf, master.cf and the maps they name. What is wrong comes all at once,
 * with file and line; what is odd is a warning; what becomes of each parameter is in the report.
 */
import type { Policy } from '../core/policy.js';
import { ConfigurationError, type Problem } from '../values/errors.js';
import type { Abilities } from './abilities.js';
import type { PostfixTexts } from './files.js';
import type { MapOptions } from './maps.js';
import { type ReportRow, reportOn, unusedWarnings } from './report.js';
import type { PostfixServer } from './server-settings.js';
import { type PostfixService, readServices, type ServicePlan } from './services.js';
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
  /** What is odd, and not wrong: a key that is there twice, a domain that no address can have, a name nothing defines. */
  readonly warnings: readonly Problem[];
}

/**
 * From a configuration folder, or from texts by path (`{ 'main.cf': ..., 'transport': ... }`). Throws ConfigurationError
 * `postfix` with every problem of main.cf, master.cf and the maps.
 */
export function readPostfix(origin: string | PostfixTexts, options: PostfixOptions = {}): PostfixReading {
  const site = new Site(origin, options);
  const mailboxes = readMailboxes(site);
  const plans = readServices(site, options);
  const { transports, problems } = readTransports(site.master.services, (service) => site.viewFor(service));
  site.problems.push(...problems);
  judgeTrust(site, transports);
  const services = served(plans);
  const all = site.allProblems();
  const [first] = services;
  if (all.length > 0 || first === undefined) throw new ConfigurationError('postfix', all);
  const { policy, settings, server } = services.find(({ listen }) => listen.port === 25) ?? first;
  const report = reportOfSite(site, plans);
  const warnings = [...site.allWarnings(), ...unusedWarnings(report)];
  return { policy, settings, server, services, transports, mailboxes, report, warnings };
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

function reportOfSite(site: Site, plans: readonly ServicePlan[]): readonly ReportRow[] {
  const verdicts = new Map(site.verdicts);
  for (const plan of plans) {
    for (const [name, verdict] of plan.verdicts) {
      if (!plan.line.overrides.has(name)) verdicts.set(name, verdict);
    }
  }
  return reportOn({
    main: site.main,
    services: site.master.services,
    views: [site.view, ...Object.values(site.programs), ...site.viewOf.values()],
    viewOf: site.viewOf,
    verdicts,
    verdictsOf: new Map(plans.map((plan) => [plan.line, plan.verdicts])),
    accounts: site.accounts !== undefined,
    maildirs: site.programs.local.text('mail_spool_directory').endsWith('/'),
    restrictionClasses: site.view.text('smtpd_restriction_classes'),
  });
}
