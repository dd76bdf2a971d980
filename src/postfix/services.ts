/**
 * The smtpd(8) services of master.cf that listen on the network: where, with which options of a server, and by which policy,
 * each with its own `-o`. None is wrong.
 */
import type { Policy } from '../core/policy.js';
import type { SourcePosition } from '../values/errors.js';
import type { Abilities } from './abilities.js';
import { type Listen, readEndpoint } from './endpoint.js';
import type { MasterService } from './master-cf.js';
import type { ParameterView } from './parameter-view.js';
import { readPolicy } from './policy-stages.js';
import { type Judge, type Verdict, verdicts } from './report.js';
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

export function readServices(site: Site, abilities: Abilities): readonly ServicePlan[] {
  const lines = site.master.services.filter(({ type, command }) => type === 'inet' && command === 'smtpd');
  if (lines.length === 0) {
    const screen = site.master.services.find(({ type, command }) => type === 'inet' && command === 'postscreen');
    const also =
      screen === undefined
        ? ''
        : ` (${screen.name} is of postscreen, which is no part of this server: let smtpd listen there)`;
    const message = `no smtpd service of type inet: there is nothing to serve${also}`;
    site.problems.push({ code: 'no-service', message, source: { file: 'master.cf' } });
  }
  return lines.map((line) => readService(site, line, abilities));
}

function readService(site: Site, line: MasterService, abilities: Abilities): ServicePlan {
  const view = site.viewFor(line);
  const { found, judge } = verdicts();
  const endpoint = readEndpoint(line.name, {
    knownPorts: view.text('known_tcp_ports'),
    interfaces: view.text('inet_interfaces'),
    protocols: view.text('inet_protocols'),
  });
  if (endpoint.kind === 'malformed') {
    site.problems.push({ code: 'bad-endpoint', message: endpoint.why, source: line.source, construct: line.name });
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
    service: { name: line.name, kind, listen, server, login, settings, source: line.source },
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
