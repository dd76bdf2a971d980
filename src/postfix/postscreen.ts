/**
 * Where postscreen(8) listens, its connections go to the smtpd(8) service of type `pass` that smtpd_service_name names,
 * and here they go there at once. Its own tests are not made: those that would refuse somebody are reported. And what
 * else of type inet is no smtpd.
 */
import { splitList } from './lists.js';
import type { MasterService } from './master-cf.js';
import type { ParameterView } from './parameter-view.js';
import type { Judge, ReportRow } from './report.js';

/** The line that takes over what `screen` lets through. */
export function screened(
  services: readonly MasterService[],
  screen: MasterService,
  view: ParameterView,
): MasterService | undefined {
  const name = view.text('smtpd_service_name');
  if (screen.command !== 'postscreen') return undefined;
  return services.find((one) => one.type === 'pass' && one.command === 'smtpd' && one.name === name);
}

/** Each test: what becomes of a client that fails it, and what gives it something to refuse. */
const tests: readonly (readonly [action: string, by: string])[] = [
  ['postscreen_dnsbl_action', 'postscreen_dnsbl_sites'],
  ['postscreen_greet_action', 'postscreen_greet_action'],
  ['postscreen_denylist_action', 'postscreen_access_list'],
  ['postscreen_bare_newline_action', 'postscreen_bare_newline_enable'],
  ['postscreen_non_smtp_command_action', 'postscreen_non_smtp_command_enable'],
  ['postscreen_pipelining_action', 'postscreen_pipelining_enable'],
];

const alsoOf: Readonly<Record<string, string>> = {
  postscreen_dnsbl_action: 'postscreen_dnsbl_threshold',
  postscreen_denylist_action: 'postscreen_blacklist_action',
};

export function judgePostscreen(view: ParameterView, judge: Judge): void {
  for (const [action, by] of tests) {
    const words = splitList(view.text(by)).filter((word) => !['no', 'ignore', 'permit_mynetworks'].includes(word));
    const does = view.text(action).toLowerCase();
    const refuses = words.length > 0 && does !== 'ignore';
    for (const name of new Set([action, by, alsoOf[action] ?? by])) {
      if (!refuses) judge(name, 'irrelevant', 'postscreen refuses nobody by it, and is no part of this server');
      else {
        const why = `no test of postscreen is made: clients that this one stops (${action} = ${does}) go on to smtpd, whose restrictions hold`;
        judge(name, 'not-honoured', why, true);
      }
    }
  }
}

/** A row for each service of type inet that is not served as Postfix serves it. */
export function serviceRows(
  services: readonly MasterService[],
  served: ReadonlySet<MasterService>,
): readonly ReportRow[] {
  return services.flatMap((line): readonly ReportRow[] => {
    const { name, type, command, source } = line;
    if (type !== 'inet' || command === 'smtpd') return [];
    const takesMail = ['postscreen', 'qmqpd'].includes(command);
    const guards = takesMail && !served.has(line);
    const row = { parameter: `${name}/${type}`, value: command, source, service: undefined, guards };
    return [{ ...row, status: 'not-honoured', why: served.has(line) ? passedOn : whyNot(command) }];
  });
}

const passedOn =
  'clients go to smtpd at once, without the tests of postscreen: rows of postscreen_... say which refuse somebody';

function whyNot(command: string): string {
  if (command === 'postscreen') {
    return 'nothing listens here: master.cf has no line "smtpd pass ... smtpd" (smtpd_service_name) that takes over what postscreen lets through';
  }
  return `nothing listens here: ${command} is no part of this server; who needs it must start it otherwise`;
}
