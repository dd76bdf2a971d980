/**
 * WelcomeListSubject: texts in the subject that are welcome or not, with `*` and `?` (perldoc Mail::SpamAssassin::Plugin::WelcomeListSubject).
 */
import { lowerAscii } from '../../../values/characters.js';
import type { Settings } from '../rules/settings.js';
import type { SpamSubject } from '../subject.js';
import { type Glob, glob } from './address-globs.js';
import type { EvalModule } from './eval.js';
import { textOf } from './fields.js';
import { settingsModule, withOldNames } from './module.js';

export const welcomeListSubject: EvalModule = settingsModule((settings) =>
  withOldNames({
    check_subject_in_welcomelist: subjectIn(settings, 'welcomelist_subject'),
    check_subject_in_blocklist: subjectIn(settings, 'blocklist_subject'),
  }),
);

/** Anywhere in the subject, which is cut after 2,000 characters. */
function subjectIn(settings: Settings, keyword: string): (subject: SpamSubject) => boolean {
  const globs = settings.of(keyword).map(({ value }): Glob => glob(`*${lowerAscii(value)}*`));
  return (subject) => {
    const text = lowerAscii(textOf(subject, 'Subject').slice(0, 2000));
    return text !== '' && globs.some((fits) => fits(text));
  };
}
