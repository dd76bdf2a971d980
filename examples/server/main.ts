/**
 * A mail server for a small school, as a list of its parts. Start it with `npm start`; the environment variables
 * POSTERN_DATA, POSTERN_CONFIG, POSTERN_SMTP_PORT and POSTERN_SUBMISSION_PORT say where; POSTERN_CLAMD names clamd, for
 * one `127.0.0.1:3310`, POSTERN_SPAMASSASSIN the folder of SpamAssassin's rules. `--ldap URL` has the people in an LDAP
 * directory; what it needs besides stands in directory.ts. Exit status: 0 after SIGTERM or SIGINT, 78 when the
 * configuration is wrong, 75 when a port, the data folder or the directory cannot be had, or when a second Ctrl-C cuts
 * it short.
 */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ConfigurationError, isConfigurationError, type Problem } from 'postern';
import { clamd } from 'postern/adapters/clamd';
import { clamscan } from 'postern/adapters/clamscan';
import { dnsResolver } from 'postern/adapters/dns';
import { limitLogins } from 'postern/adapters/login-limits';
import { maildir } from 'postern/adapters/maildir';
import { firstThatAnswers } from 'postern/adapters/scanners';
import { type RunningServer, smtpServer } from 'postern/servers/smtp';
import { certificate } from './certificate.js';
import { ldapPeople, type Outside } from './directory.js';
import { jsonLog } from './log.js';
import { maxBytes, readSchool, type SchoolOptions } from './policy.js';
import { welcome } from './welcome.js';

const EX_CONFIG = 78;
const EX_TEMPFAIL = 75;
const name = 'mail.school.example';

async function main(): Promise<void> {
  const resolver = dnsResolver();
  const antivirus = antivirusOf(process.env.POSTERN_CLAMD);
  const url = ldapUrl(process.argv.slice(2));
  const outside = url === undefined ? undefined : ldapPeople(url, process.env);
  const spamAssassin = process.env.POSTERN_SPAMASSASSIN || undefined;
  const options = { name, resolver, outside, scanner: antivirus?.scanner, spamAssassin };
  const [place, first] = await readAll(process.env, options);
  let school = first;
  const logger = jsonLog((line) => process.stdout.write(line));

  const store = maildir({ base: join(place.data, 'mail'), createBase: true });
  const aside = maildir({ base: join(place.data, 'aside'), createBase: true });
  // A program that loads all signatures of viruses takes its time.
  const limits = { messageBytes: maxBytes, policyTime: 120_000 };
  const domain = outside?.domain ?? 'school.example';
  const postmaster = `postmaster@${domain}`;
  const common = { policy: school.policy, name, postmaster, store, hold: aside, quarantine: aside, limits, logger };

  // Before anybody can connect: what cannot be stored should not be asked for.
  await store.probe();
  await aside.probe();
  await store.cleanTmp();
  if (outside !== undefined) await probe(outside);
  const tls = await certificate(place.data, name);
  // Counted here, so that new rules do not forget who is guessing.
  const credentials = limitLogins({
    verify: (...asked) => school.credentials.verify(...asked),
    accountOf: (...asked) => school.credentials.accountOf(...asked),
  });

  const incoming = await smtpServer({ ...common, port: place.smtpPort, tls });
  const submission = await smtpServer({
    ...common,
    port: place.submissionPort,
    tls,
    credentials,
    requireTls: true,
    requireLogin: true,
  }).catch(async (error: unknown) => {
    await incoming.close();
    throw error;
  });

  const servers: readonly RunningServer[] = [incoming, submission];
  process.stdout.write(
    welcome(school, {
      ...place,
      smtpPort: incoming.port,
      submissionPort: submission.port,
      antivirus: antivirus?.scanner.name,
      domain,
      people: outside?.ldap.name,
    }),
  );

  process.on('SIGHUP', async () => {
    try {
      school = await readSchool(place.config, options);
      for (const server of servers) server.usePolicy(school.policy);
      logger.info({ config: place.config }, 'configuration reloaded');
    } catch (error) {
      logger.error({ problems: problemsOf(error) }, 'the new configuration is wrong: the last good one stays');
    }
  });
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
    await Promise.all([store.close(), aside.close(), resolver.close(), antivirus?.close(), outside?.ldap.close()]);
    logger.info({}, 'stopped');
  };
  let stoppingSince: number | undefined;
  const onSignal = (): void => {
    if (stoppingSince === undefined) {
      stoppingSince = performance.now();
      void stop();
    } else if (performance.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(EX_TEMPFAIL);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, onSignal);
}

/** Ctrl-C under npm comes twice, from the terminal and from npm. Whoever presses it again later means it. */
const SAME_SIGNAL_MS = 2000;

/** The directory works, and whoever is to read the postmaster's mail is in it. */
async function probe({ ldap, postmaster }: Outside): Promise<void> {
  const facts = await ldap.probe();
  if (facts.kind !== 'found') throw new Error(facts.why);
  const user = await ldap.findUser({ kind: 'login', login: postmaster });
  if (user.kind === 'cannot-tell') throw new Error(user.why);
  if (user.kind === 'found') return;
  const message = `POSTERN_POSTMASTER is the login of somebody in ${facts.value.base}`;
  throw new ConfigurationError('start', [{ code: 'environment', message, construct: postmaster }]);
}

/** Undefined: the people are in a file. */
function ldapUrl(args: readonly string[]): string | undefined {
  try {
    return parseArgs({ args: [...args], options: { ldap: { type: 'string' } } }).values.ldap;
  } catch (error) {
    const message = `npm start [-- --ldap URL]: ${(error as Error).message}`;
    throw new ConfigurationError('start', [{ code: 'arguments', message }]);
  }
}

/**
 * The daemon at `host:port` or at a socket's path; the program where the daemon fails. Undefined: nobody looks for
 * viruses.
 */
function antivirusOf(place: string | undefined) {
  if (place === undefined || place === '') return undefined;
  const [, host, port] = /^([^/]+):(\d+)$/.exec(place) ?? [];
  if (host === undefined && !place.includes('/')) {
    const message = "POSTERN_CLAMD is clamd's host:port, or the path of its socket";
    throw new ConfigurationError('start', [{ code: 'environment', message, construct: place }]);
  }
  const daemon = clamd(host === undefined ? { path: place } : { host, port: Number(port) });
  const program = clamscan();
  return {
    scanner: firstThatAnswers(daemon, program),
    close: () => Promise.all([daemon.close(), program.close()]),
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment and the school's files; throws one ConfigurationError with the problems of both. */
async function readAll(environment: Environment, options: SchoolOptions) {
  const { place, problems } = readPlace(environment);
  const school = await readSchool(place.config, options).catch((error: unknown) => {
    if (!isConfigurationError(error)) throw error;
    problems.push(...error.problems);
  });
  if (school === undefined || problems.length > 0) throw new ConfigurationError('start', problems);
  return [place, school] as const;
}

/** A variable that is empty is not set. */
function readPlace(environment: Environment) {
  const problems: Problem[] = [];
  const port = (variable: string, otherwise: number): number => {
    const text = environment[variable] || String(otherwise);
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
      problems.push({ code: 'environment', message: `${variable} is a port, 0 to 65535`, construct: text });
    }
    return Number(text);
  };
  const place = {
    data: resolve(environment.POSTERN_DATA || 'data'),
    config: resolve(environment.POSTERN_CONFIG || join(dirname(fileURLToPath(import.meta.url)), 'school')),
    smtpPort: port('POSTERN_SMTP_PORT', 2525),
    submissionPort: port('POSTERN_SUBMISSION_PORT', 2587),
  };
  return { place, problems };
}

function problemsOf(error: unknown): readonly string[] {
  return (error instanceof Error ? error.message : String(error)).split('\n');
}

main().catch((error: unknown) => {
  process.stderr.write(`${problemsOf(error).join('\n')}\n`);
  process.exitCode = isConfigurationError(error) ? EX_CONFIG : EX_TEMPFAIL;
});
