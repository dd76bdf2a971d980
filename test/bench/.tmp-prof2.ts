import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
const here = (f: string) => fileURLToPath(new URL(f, import.meta.url));
const server = fork(here('.tmp-server.mjs'), ['ours'], { execArgv: [ '--cpu-prof', '--cpu-prof-dir=/tmp/prof'] });
const [{ port }] = (await once(server, 'message')) as [{ port: number }];
const client = fork(here('smtp-accept-client.ts'), []);
await once(client, 'message');
for (let i = 0; i < 6; i++) {
client.send({ port, ms: 3000, octets: 4096, connections: 10 });
console.log((await once(client, 'message'))[0]);
}
client.disconnect();
server.disconnect();
