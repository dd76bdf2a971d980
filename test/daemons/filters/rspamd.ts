/** A private rspamd as it comes, without the modules that want the network, redis or maps from elsewhere. */
import { freePort } from '../private-host.js';
import { type Daemon, ownFolder, startDaemon } from './own-folder.js';

const OFF = (
  'rbl surbl fuzzy_check phishing dkim dkim_signing arc spf dmarc asn mx_check greylist ratelimit replies history_redis neural ' +
  'reputation url_redirector antivirus clickhouse elastic metadata_exporter rspamd_update dcc p0f bimi'
).split(' ');

/** `nameserver`: where it asks; it waits for seconds where nobody answers. */
export async function startRspamd(nameserver: string, { workers = 2 } = {}): Promise<Daemon> {
  const folder = ownFolder('rspamd');
  const port = await freePort();
  const [run, db, log, tmp] = ['run', 'db', 'log', 'tmp'].map((name) => folder.own(name, '_rspamd'));
  for (const name of OFF) folder.write(`local/local.d/${name}.conf`, 'enabled = false;\n');
  folder.write('local/maps.d/none', '');
  // Written into the file below, the name server would not be taken.
  folder.write(
    'local/override.d/options.inc',
    `dns { nameserver = ["${nameserver}:53"]; timeout = 1s; retransmits = 1; }\n`,
  );
  const conf = folder.write(
    'rspamd.conf',
    `.include "$CONFDIR/common.conf"
options {
  pidfile = "${run}/rspamd.pid";
  .include "$CONFDIR/options.inc"
  .include(priority=10,duplicate=merge) "${folder.path}/local/override.d/options.inc"
  tempdir = "${tmp}";
  control_socket = "${run}/rspamd.sock mode=0600";
  map_watch_interval = 1h;
}
logging { type = "file"; filename = "${log}/rspamd.log"; level = "warning"; }
worker "normal" { bind_socket = "127.0.0.1:${port}"; count = ${workers}; mime = true; }
`,
  );
  const places = `--var=CONFDIR=/etc/rspamd --var=LOCAL_CONFDIR=${folder.path}/local --var=RUNDIR=${run} --var=DBDIR=${db} --var=LOGDIR=${log}`;
  return startDaemon('rspamd', folder, `rspamd -f -c ${conf} -u _rspamd -g _rspamd ${places}`, port);
}
