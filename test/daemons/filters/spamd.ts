/** A private spamd with Debian's rules, no network tests. */
import { freePort } from '../private-host.js';
import { RULES, writeSite } from '../spam/spam-assassin.js';
import { type Daemon, ownFolder, startDaemon } from './own-folder.js';

export async function startSpamd({ children = 2 } = {}): Promise<Daemon> {
  const folder = ownFolder('spamd');
  const port = await freePort();
  const home = folder.own('home', 'debian-spamd');
  const site = `${folder.path}/site`;
  writeSite(site);
  const processes = `-m ${children} --min-children=${children} --min-spare=1 --max-spare=${children}`;
  const command = `spamd -L -i 127.0.0.1 -A 127.0.0.1 -p ${port} -u debian-spamd -H ${home} -x ${processes} -C ${RULES} --siteconfigpath=${site} -s ${folder.path}/spamd.log`;
  return startDaemon('spamd', folder, command, port);
}
