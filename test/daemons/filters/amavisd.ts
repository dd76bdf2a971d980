/** A private amavisd between two Postfix ports: clamd over TCP, SpamAssassin inside. */

import { RULES, writeSite } from '../spam/spam-assassin.js';
import { type Daemon, ownFolder, startDaemon } from './own-folder.js';

export interface AmavisdOptions {
  /** Chosen beforehand with `freePort`, since Postfix is told of it. */
  readonly port: number;
  /** Where what passed is handed back. */
  readonly forwardPort: number;
  readonly clamdPort: number;
  readonly children?: number;
}

/** Infected mail is discarded, spam is marked; scores are shown on all mail. */
export async function startAmavisd({ port, forwardPort, clamdPort, children = 2 }: AmavisdOptions): Promise<Daemon> {
  const folder = ownFolder('amavisd');
  const [home, run, tmp, quarantine] = ['home', 'run', 'tmp', 'quarantine'].map((name) => folder.own(name, 'amavis'));
  writeSite(`${folder.path}/site`);
  // Its user must not be able to write this file or the folder that it is in.
  const conf = folder.write(
    'amavisd.conf',
    `use strict;
$max_servers = ${children};
$daemon_user = 'amavis'; $daemon_group = 'amavis';
$myhostname = 'filter.school.example'; $mydomain = 'school.example';
@local_domains_maps = ( ['.school.example'] );
@mynetworks = qw( 127.0.0.0/8 );
$MYHOME = '${home}'; $TEMPBASE = '${tmp}'; $ENV{TMPDIR} = $TEMPBASE;
$enable_db = 0; $enable_zmq = 0;
$QUARANTINEDIR = '${quarantine}'; $quarantine_subdir_levels = 0;
$pid_file = '${run}/amavisd.pid'; $lock_file = '${run}/amavisd.lock'; $helpers_home = '${home}';
$do_syslog = 0; $LOGFILE = '${run}/amavis.log'; $log_level = 0; $log_recip_templ = undef;
$inet_socket_bind = '127.0.0.1'; $inet_socket_port = ${port}; $unix_socketname = undef;
$path = '/usr/sbin:/usr/bin:/sbin:/bin'; $file = 'file';
$forward_method = 'smtp:[127.0.0.1]:${forwardPort}'; $notify_method = $forward_method;
$enable_dkim_verification = 0; $enable_dkim_signing = 0;
$sa_local_tests_only = 1; $sa_mail_body_size_limit = 400*1024;
$sa_configpath = '${RULES}'; $sa_siteconfigpath = '${folder.path}/site';
$sa_tag_level_deflt = -999; $sa_tag2_level_deflt = 5.0; $sa_kill_level_deflt = 6.9;
$sa_spam_subject_tag = undef; $sa_spam_modifies_subj = 0;
$final_virus_destiny = D_DISCARD; $final_banned_destiny = D_PASS;
$final_spam_destiny = D_PASS; $final_bad_header_destiny = D_PASS;
$virus_quarantine_to = 'virus-quarantine'; $spam_quarantine_to = undef; $banned_quarantine_to = undef; $bad_header_quarantine_to = undef;
$warnvirussender = 0; $virus_admin = undef; $spam_admin = undef; $banned_admin = undef; $mailfrom_notify_admin = undef;
@av_scanners = (
 ['ClamAV-clamd', \\&ask_daemon, ["CONTSCAN {}\\n", '127.0.0.1:${clamdPort}'],
  qr/\\bOK$/m, qr/\\bFOUND$/m, qr/^.*?: (?!Infected Archive)(.*) FOUND$/m ],
);
@av_scanners_backup = ();
1;
`,
  );
  return startDaemon('amavisd', folder, `amavisd -c ${conf} foreground`, port);
}
