/** A private clamd with signatures of our own: EICAR's test file and a marker in mail. */
import { type Daemon, ownFolder, startDaemon } from './own-folder.js';
import { freePort } from '../private-host.js';

/** In two halves, so that no scanner of source files stumbles over it. */
export const EICAR: string = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');

/** `port`: to start again where one was. `streamMaxLength`: as in clamd.conf. */
export async function startClamd({ port, streamMaxLength = '50M' }: { port?: number; streamMaxLength?: string } = {}): Promise<Daemon> {
  const folder = ownFolder('clamd');
  const own = port ?? (await freePort());
  folder.write('db/test.ndb', `Test.EICAR:0:*:${hex(EICAR)}\nTest.Marker:0:*:${hex('POSTERN-TEST-MALWARE-MARKER')}\n`);
  const conf = folder.write(
    'clamd.conf',
    `DatabaseDirectory ${folder.path}/db
TemporaryDirectory ${folder.path}
TCPAddr 127.0.0.1
TCPSocket ${own}
Foreground yes
LogFile ${folder.path}/clamd.log
MaxThreads 4
SelfCheck 86400
DisableCache yes
StreamMaxLength ${streamMaxLength}
`,
  );
  // Without a User line it stays root, and can read the files that amavisd names to it.
  return startDaemon('clamd', folder, `clamd -c ${conf}`, own);
}
