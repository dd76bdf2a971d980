import { createRequire, syncBuiltinESMExports } from 'node:module';

// Whatever a module opens, schedules or connects while it is imported is an error here.
const require = createRequire(import.meta.url);
const loud = (name) => () => {
  throw new Error(`called while importing: ${name}`);
};
const watch = (module, names) => {
  for (const name of names) require(module)[name] = loud(`${module}.${name}`);
};
const before = new Set(process.getActiveResourcesInfo());
globalThis.setTimeout = loud('setTimeout');
globalThis.setInterval = loud('setInterval');
watch('node:net', ['connect', 'createConnection', 'createServer']);
watch('node:dgram', ['createSocket']);
syncBuiltinESMExports();
await import('postern');
watch('node:fs', ['writeFileSync', 'mkdirSync', 'mkdtempSync', 'createWriteStream']);
syncBuiltinESMExports();
for (const name of ['servers/batch', 'adapters/maildir', 'adapters/spool', 'postfix', 'testing', 'servers/smtp', 'servers/lmtp']) {
  await import(`postern/${name}`);
}
const left = process.getActiveResourcesInfo().filter((name) => !before.has(name) && !/FS|Immediate/.test(name));
if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
