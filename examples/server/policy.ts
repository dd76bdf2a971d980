/**
 * The school's mail policy, from the files of one folder. Everything that is wrong in any of them is told at once, and
 * then there is no policy: whoever asks keeps the one that he has.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  accountNames,
  aliasTable,
  bodyChecks,
  ConfigurationError,
  cidrTable,
  clientAccess,
  type DirectoryCredentials,
  declaredSize,
  definePolicy,
  directoryCredentials,
  directoryGroupAliases,
  directoryRecipients,
  directorySenderLogins,
  hashTable,
  headerChecks,
  inlineTable,
  isConfigurationError,
  loopDetection,
  type Policy,
  type Problem,
  type Resolver,
  readWhitelisterConf,
  relayControl,
  removeForgedFields,
  route,
  type Scanner,
  type Session,
  senderAccess,
  senderLogin,
  sequence,
  sizeLimit,
  spamMarks,
  spamRules,
  spf,
  spfPolicy,
  tableList,
  virus,
  when,
} from 'postern';
import { readStaticDirectory, type StaticDirectory } from 'postern/adapters/static-directory';
import { checkSpamAssassin } from 'postern/spamassassin';
import type { Outside } from './directory.js';

export const maxBytes = 20 * 1024 * 1024;

export interface School {
  readonly policy: Policy;
  /** Spam rules that were read. */
  readonly spamRules: number;
  /** Who may log in, by any spelling of the name. */
  readonly credentials: DirectoryCredentials;
  /** The people of school/directory.json; undefined where they are elsewhere. */
  readonly file: StaticDirectory | undefined;
}

export interface SchoolOptions {
  /** Our name, which strangers may not put into fields. */
  readonly name: string;
  readonly resolver: Resolver;
  /** Undefined: the people are those of directory.json. */
  readonly outside?: Pick<Outside, 'people' | 'domain' | 'shortDomain' | 'postmaster'> | undefined;
  /** Undefined: nobody looks for viruses. */
  readonly scanner?: Scanner | undefined;
  /** The folder of SpamAssassin's rules, beside which the school's own count. */
  readonly spamAssassin?: string | undefined;
}

/** Throws a ConfigurationError with every problem of every file. */
export async function readSchool(
  folder: string,
  { name, resolver, outside, scanner, spamAssassin }: SchoolOptions,
): Promise<School> {
  const problems: Problem[] = [];
  const read = async <T>(base: string, make: (text: string, file: string) => T): Promise<T> => {
    const file = join(folder, base);
    try {
      return make(await readFile(file, 'utf8'), file);
    } catch (error) {
      if (isConfigurationError(error)) problems.push(...error.problems);
      else
        problems.push({
          code: 'file',
          message: error instanceof Error ? error.message : String(error),
          source: { file },
        });
      return undefined as T; // Never used: a problem throws below.
    }
  };
  const file =
    outside === undefined
      ? await read('directory.json', (text, file) => readStaticDirectory(text, { file, name: 'directory.json' }))
      : undefined;
  // The names in these files are those of the example's people.
  const aliases = outside
    ? inlineTable({ postmaster: outside.postmaster, abuse: 'postmaster' })
    : await read('aliases', (text, file) => aliasTable(text, { file }));
  const virtual = outside
    ? inlineTable({})
    : await read('virtual', (text, file) => hashTable(text, { file, type: 'virtual' }));
  const headers = await read('header_checks', (pcre, file) => headerChecks({ pcre, file }));
  const bodies = await read('body_checks', (pcre, file) => bodyChecks({ pcre, file }));
  const clients = await read('clients', (text, file) => clientAccess(cidrTable(text, { file })));
  const senders = await read('senders', (text, file) => senderAccess(hashTable(text, { file })));
  const whitelister = await read('whitelister.conf', readWhitelisterConf);
  const site = join(folder, 'spamassassin');
  const spam = checkSpamAssassin({ rules: spamAssassin ?? site, site });
  problems.push(...spam.problems);
  if (problems.length > 0) throw new ConfigurationError('school', problems);

  const directory = outside?.people ?? (file as StaticDirectory);
  const domain = outside?.domain ?? 'school.example';
  const domains = [domain];
  const virtualDomains = outside ? [] : ['partners.example'];
  // What SPF finds of a stranger becomes a field for those behind; it refuses only where the file says so.
  const checked = sequence('senderPolicy', spf({ resolver, cannotTell: 'continue' }), spfPolicy(whitelister));
  const asksDns = whitelister.mode !== 0;
  const policy = definePolicy({
    connect: [clients],
    mail: [
      declaredSize({ maxBytes }),
      senders,
      senderLogin({
        owners: directorySenderLogins(directory, { bareNames: true }),
        localDomains: domains,
        recipientDelimiter: '+',
      }),
      when(({ session }) => asksDns && isStranger(session), checked),
    ],
    rcpt: [
      relayControl({ domains: [...domains, ...virtualDomains] }),
      route({
        localDomains: domains,
        // By address, and by login: aliases name people so.
        localRecipients: directoryRecipients(directory, { bareNames: true }),
        mailbox: directoryRecipients(directory, { bareNames: true }),
        aliases,
        virtualDomains,
        virtualAliases: tableList(virtual, directoryGroupAliases(directory)),
        recipientDelimiter: '+',
        // Who logs in may send anywhere, and there is no way out of here yet: told at RCPT.
        defaultTransport: 'error:5.7.1 This server sends no mail outside',
      }),
    ],
    message: [
      sizeLimit({ maxBytes }),
      loopDetection(),
      removeForgedFields({ authservId: name, fields: ['X-Spam-*', 'X-Virus-*'] }),
      headers,
      bodies,
      ...(scanner === undefined ? [] : [virus({ scanner, onInfected: 'discard' })]),
      // By SPF's findings too, which stand there already.
      when(
        ({ session }) => session.login === undefined,
        spamRules({ rules: spam.rules, authentication: true, skippedAtMost: 1 }),
      ),
      // Marked, never refused.
      spamMarks({ subjectTag: '***SPAM*** ' }),
    ],
  });
  const short = outside?.shortDomain;
  const accounts = accountNames({ realms: [domain], ...(short === undefined ? {} : { domain: short }) });
  const credentials = directoryCredentials(directory, { accounts, directory, addresses: true });
  return { policy, spamRules: spam.rules.rules.length, credentials, file };
}

/** Not this machine, and not logged in. */
function isStranger({ client, login }: Session): boolean {
  return login === undefined && !client.ip?.text.startsWith('127.') && client.ip?.text !== '::1';
}
