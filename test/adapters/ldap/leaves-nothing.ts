/** A process that searches and binds, closes nothing, and must end by itself. Arguments: two URLs. */
import { ldapService } from '../../../src/adapters/ldap/service.js';
import { ldapSettings } from '../../../src/adapters/ldap/settings.js';

const [url = '', silent = ''] = process.argv.slice(2);
const bind = { dn: 'CN=svc,DC=school,DC=test', password: 'Secret-1' };
const ended = new AbortController();
const call = { signal: ended.signal, deadline: performance.now() + 3_600_000 };
const root = {
  base: 'DC=school,DC=test',
  scope: 'base',
  filter: '(objectClass=*)',
  attributes: [],
  sizeLimit: 0,
} as const;

async function main(): Promise<void> {
  const working = ldapService(ldapSettings({ url, bind, idle: 3_600_000 }));
  const answers = [
    await working.search(root, call),
    await working.bind(bind.dn, bind.password, call),
    await ldapService(ldapSettings({ url: silent, bind, connectTimeout: 50 })).search(root, call),
    await ldapService(ldapSettings({ url: 'ldap://127.0.0.1:1', bind })).search(root, call),
  ];
  process.stdout.write(`${answers.map(({ kind }) => kind).join('\n')}\n`);
}

void main();
