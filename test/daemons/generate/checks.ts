/** Features of content: header_checks, mime_header_checks, nested_header_checks, body_checks. */
import type { Feature } from './feature.js';
import type { Random } from './random.js';

const headerActions = [
  'REJECT no such header',
  'REJECT',
  'IGNORE',
  'DUNNO',
  'WARN seen',
  'INFO seen',
  'HOLD',
  'DISCARD',
  'PREPEND X-Checked: yes',
  'REPLACE X-Replaced: instead',
  'REDIRECT dave@school.example',
  'BCC carol@virt.example',
  'STRIP gone',
  'PASS enough',
  'REJECT 4.7.1 later please',
] as const;

const headerPatterns = [
  '/^Subject: .*sale/',
  '/^X-Flag:/',
  '/^X-Flag: *(\\w+)/',
  '/^From:.*far\\.example/',
  '/^Content-Type:.*name=.*\\.exe/',
  '/^Content-Type: *text/',
  '!/^(Subject|From|To|Date|Message-Id|X-|Received|MIME|Content)/',
  '/^To:/',
  '/^Received:/',
] as const;

const bodyPatterns = ['/cheap/', '/^--/', '/^$/', '/^Hello/', '/http:\\/\\/(\\w+)/', '/^TVqQ/', '/=20$/'] as const;

function rules(random: Random, patterns: readonly string[], header: boolean): string {
  const lines = random.some(patterns, 1, 4).map((pattern) => {
    const action = random.pick(headerActions);
    const usable = header || !/^STRIP/.test(action) ? action : 'IGNORE';
    const text = pattern.includes('(\\w+)') && /^REPLACE|^PREPEND/.test(usable) ? `${usable} $1` : usable;
    return `${pattern} ${text}`;
  });
  if (random.chance(0.3)) return `if /^./\n${lines.join('\n')}\nendif\n`;
  return `${lines.join('\n')}\n`;
}

function checks(name: string, chance: number, patterns: readonly string[], header: boolean): Feature {
  return {
    name,
    chance,
    make(random) {
      const type = random.pick(['pcre', 'regexp']);
      const text = rules(random, patterns, header);
      const usable = type === 'pcre' ? text : text.replace(/\\w\+/g, '[a-z]+');
      return { main: [`${name} = ${type}:$config_directory/${type}_${name}`], files: { [`${type}_${name}`]: usable } };
    },
  };
}

export const contentChecks: readonly Feature[] = [
  checks('header_checks', 0.5, headerPatterns, true),
  checks('mime_header_checks', 0.25, headerPatterns, true),
  checks('nested_header_checks', 0.25, headerPatterns, true),
  checks('body_checks', 0.4, bodyPatterns, false),
];
