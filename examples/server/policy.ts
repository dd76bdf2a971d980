/**
 * The school's mail policy, from the files of one folder. Everything that is wrong in any of them is told at once, and
 * then there is no policy: whoever asks keeps the one that he has.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  aliasTable,
  bodyChecks,
  ConfigurationError,
  cidrTable,
  clientAccess,
  declaredSize,
  definePolicy,
  hashTable,
  headerChecks,
  isConfigurationError,
  loopDetection,
  type Policy,
  type Problem,
  relayControl,
  route,
  senderAccess,
  sizeLimit,
  tableList,
} from 'postern';
import { type Directory, readDirectory } from './directory.js';

export const maxBytes = 20 * 1024 * 1024;

export interface School {
  readonly policy: Policy;
  readonly directory: Directory;
}

/** Throws a ConfigurationError with every problem of every file. */
export async function readSchool(folder: string): Promise<School> {
  const problems: Problem[] = [];
  const read = async <T>(name: string, make: (text: string, file: string) => T): Promise<T> => {
    const file = join(folder, name);
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
  const directory = await read('directory.json', readDirectory);
  const aliases = await read('aliases', (text, file) => aliasTable(text, { file }));
  const virtual = await read('virtual', (text, file) => hashTable(text, { file, type: 'virtual' }));
  const headers = await read('header_checks', (pcre, file) => headerChecks({ pcre, file }));
  const bodies = await read('body_checks', (pcre, file) => bodyChecks({ pcre, file }));
  const clients = await read('clients', (text, file) => clientAccess(cidrTable(text, { file })));
  const senders = await read('senders', (text, file) => senderAccess(hashTable(text, { file })));
  if (problems.length > 0) throw new ConfigurationError('school', problems);

  const domains = ['school.example'];
  const virtualDomains = ['partners.example'];
  const policy = definePolicy({
    connect: [clients],
    mail: [declaredSize({ maxBytes }), senders],
    rcpt: [
      relayControl({ domains: [...domains, ...virtualDomains] }),
      route({
        localDomains: domains,
        localRecipients: directory.recipients,
        aliases: tableList(aliases, directory.groupAliases),
        virtualDomains,
        virtualAliases: virtual,
        recipientDelimiter: '+',
        // Who logs in may send anywhere, and there is no way out of here yet: told at RCPT.
        defaultTransport: 'error:5.7.1 This server sends no mail outside',
      }),
    ],
    message: [sizeLimit({ maxBytes }), loopDetection(), headers, bodies],
  });
  return { policy, directory };
}
