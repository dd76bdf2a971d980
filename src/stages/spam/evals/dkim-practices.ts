/** `adsp_override` (Mail::SpamAssassin::Plugin::DKIM(3)): what domains are known to do about signing, as the letter that rules ask for. */
import { lowerAscii } from '../../../values/characters.js';
import type { Settings } from '../rules/settings.js';

const letters: Readonly<Record<string, string>> = {
  nxdomain: 'N',
  all: 'A',
  discardable: 'D',
  custom_low: '1',
  custom_med: '2',
  custom_high: '3',
};

/** The letter of a domain in lower case; undefined: nothing is known. An exact name first, then the longest `*.` above it. */
export function adspOverrides(settings: Settings): (domain: string) => string | undefined {
  const practices = new Map<string, string>();
  for (const { value } of settings.of('adsp_override')) {
    const [domain = '', practice = 'discardable'] = lowerAscii(value).split(/\s+/);
    if (domain !== '') practices.set(domain, practice);
  }
  return (domain) => {
    const exact = practices.get(domain);
    if (exact !== undefined) return letters[exact];
    for (let dot = domain.indexOf('.'); dot !== -1; dot = domain.indexOf('.', dot + 1)) {
      const above = practices.get(`*${domain.slice(dot)}`);
      if (above !== undefined) return letters[above];
    }
    return letters[practices.get('*') ?? ''];
  };
}
