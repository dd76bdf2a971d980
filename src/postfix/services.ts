/**
 * The smtpd(8) services of master.cf that listen on the network: where, with which options of a server, and by which
 * policy, each with its own `-o`; those of type pass behind postscreen(8) too, which is not run. None is wrong.
 */
import type { Policy } from '../core/policy.js';
import type { SourcePosition } from '../values/errors.js';
import type { Abilities } from './abilities.js';
import { type Listen, readEndpoint } from './endpoint.js';
import type { MasterService } from './master-cf.js';
import type { ParameterView } from './parameter-view.js';
import { readPolicy } from './policy-stages.js';
import { judgePostscreen, screened, serviceRows } from './postscreen.js';
import { type Judge, type ReportRow, type Verdict, verdicts } from './report.js';
import { type PostfixLogin, type PostfixServer, readServer } from './server-settings.js';
import { type PostfixSettings, readSettings } from './settings.js';
import type { Site } from './site.js';

export interface PostfixService {
  /** As in master.cf: `smtp`, `submission`, `127.0.0.1:10025`. */
  readonly name: string;
  /** By TLS and port: `smtps` has TLS from the first octet, `submission` is port 587, `smtp` all others. */
  readonly kind: 'smtp' | 'submission' | 'smtps';
  readonly listen: Listen;
  /** Options of `smtpServer()`. */
  readonly server: PostfixServer;
  readonly login: PostfixLogin;
  readonly settings: PostfixSettings;
  readonly policy: Policy;
  readonly source: SourcePosition;
}

export interface ServicePlan {
  readonly line: MasterService;
  readonly service: Omit<PostfixService, 'policy'>;
  readonly policy: Policy | undefined;
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

/** The plans, and what else of type inet there is. */
export interface ReadServices {
  readonly plans: readonly ServicePlan[];
  /** Verdicts on the parameters of lines of postscreen. */
  readonly screens: ReadonlyMap<MasterService, ReadonlyMap<string, Verdict>>;
  readonly rows: readonly ReportRow[];
}

export function readServices(site: Site, abilities: Abilities): ReadServices {
  const { services } = site.master;
  const screens = new Map<MasterService, ReadonlyMap<string, Verdict>>();
  const served = new Set<MasterService>();
  const plans = services.flatMap((door): readonly ServicePlan[] => {
    if (door.type !== 'inet' || !['smtpd', 'postscreen'].includes(door.command)) return [];
    if (door.command === 'smtpd') return [readService(site, door, door, abilities)];
    const view = site.viewFor(door);
    const { found, judge } = verdicts();
    judgePostscreen(view, judge);
    screens.set(door, found);
    const line = screened(services, door, view);
    if (line === undefined) return [];
    served.add(door);
    return [readService(site, line, door, abilities)];
  });
  if (plans.length === 0) {
    const screen = services.find(({ type, command }) => type === 'inet' && command === 'postscreen');
    const also =
      screen === undefined
        ? ''
        : ` (${screen.name} is of postscreen, which is no part of this server, and no line "smtpd pass ... smtpd" takes over what it lets through)`;
    const message = `no smtpd service of type inet: there is nothing to serve${also}`;
    site.problems.push({ code: 'no-service', message, source: { file: 'master.cf' } });
  }
  return { plans, screens, rows: serviceRows(services, served) };
}

/** `door`: the line that listens, smtpd's own or postscreen's. */
function readService(site: Site, line: MasterService, door: MasterService, abilities: Abilities): ServicePlan {
  const view = site.viewFor(line);
  const outside = site.viewFor(door);
  const { found, judge } = verdicts();
  const endpoint = readEndpoint(door.name, {
    knownPorts: outside.text('known_tcp_ports'),
    interfaces: outside.text('inet_interfaces'),
    protocols: outside.text('inet_protocols'),
  });
  if (endpoint.kind === 'malformed') {
    site.problems.push({ code: 'bad-endpoint', message: endpoint.why, source: door.source, construct: door.name });
  }
  const listen = endpoint.kind === 'parsed' ? endpoint.value : { host: '127.0.0.1', port: 25 };
  const { files, warnings } = site;
  const { login, ...read } = readServer(view, { files, listen, judge, warnings, abilities });
  const settings = readSettings(site, view);
  judgeDestinations(site, view, judge);
  const server = { ...read, postmaster: `postmaster@${settings.origin.ascii}` };
  const policy = readPolicy(site, view, settings, abilities, judge);
  const kind = server.implicitTls ? 'smtps' : listen.port === 587 ? 'submission' : 'smtp';
  return {
    line,
    policy,
    verdicts: found,
    service: { name: door.name, kind, listen, server, login, settings, source: line.source },
  };
}

/** `-o mydestination`: what is local, trivial-rewrite(8) says, which has its own. */
function judgeDestinations(site: Site, view: ParameterView, judge: Judge): void {
  const name = 'mydestination';
  if (!view.overrides.has(name)) return;
  const { rewrite } = site.programsFor(view);
  if (view.values.value(name) === rewrite.text(name)) {
    judge(name, 'honoured', '');
    return;
  }
  const why =
    "trivial-rewrite, which says what is local, does not read it: in Postfix it changes alone for which domains this smtpd asks its maps for names without a domain (alice); here for those of trivial-rewrite's mydestination";
  judge(name, 'not-honoured', why, true);
}
