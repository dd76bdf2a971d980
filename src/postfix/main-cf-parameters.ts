/** Single parameters of main.cf, for a command that opens one table of a folder and reads no more of it. */
import type { LdapParameters } from '../tables/ldap/parameters.js';
import { decodeText } from '../values/bytes.js';
import { catalogue } from './catalogue/defaults.js';
import { expander } from './expand.js';
import type { PostfixFiles } from './files.js';
import { readMainCf } from './main-cf.js';

/** Those that are set, expanded. What is wrong elsewhere in main.cf is not told. */
export function mainCfParameters(files: PostfixFiles): LdapParameters {
  const read = files.read('main.cf');
  const { settings } = readMainCf(read.kind === 'read' ? decodeText(read.bytes) : '', read.file);
  const values = expander(settings, { ...catalogue, config_directory: files.folder });
  return (name) => {
    const setting = settings.get(name);
    return setting && { value: values.value(name) ?? '', source: setting.source };
  };
}
