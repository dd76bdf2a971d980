import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
const here = (f: string) => fileURLToPath(new URL(f, import.meta.url));
const client = fork(here('smtp-accept-client.ts'), []);
await once(client, 'message');
const ask = async (s: any) => { s.send('x'); const [m] = await once(s, 'message'); return m.cpu.user + m.cpu.system; };
const servers = [];
for (const role of ['ours', 'bare']) {
  const server = fork(here('.tmp-server.mjs'), [role], { execArgv: [] });
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  servers.push({role, server, port});
}
for (let i = 0; i < 5; i++) for (const {role, server, port} of servers) {
    const ms = role === 'ours' ? 4000 : 1500;
    const before = await ask(server);
    client.send({ port, ms, octets: 4096, connections: 10 });
    const [{rate}] = (await once(client, 'message'));
    const cpu = (await ask(server)) - before;
    console.log(role, Math.round(rate), 'cpu us/message', Math.round(cpu / (rate * ms / 1000)));
}
for (const s of servers) s.server.disconnect();
client.disconnect();
