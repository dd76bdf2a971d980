/**
 * Settings as they are gathered line by line.
 */
import type { Setting, Settings } from './settings.js';

interface Numbered {
  readonly setting: Setting;
  readonly order: number;
}

export interface SettingsList extends Settings {
  add(setting: Setting): void;
}

export function settingsList(): SettingsList {
  const byKeyword = new Map<string, Numbered[]>();
  let order = 0;
  return {
    add: (setting) => {
      const list = byKeyword.get(setting.keyword);
      const numbered = { setting, order: order++ };
      if (list === undefined) byKeyword.set(setting.keyword, [numbered]);
      else list.push(numbered);
    },
    of: (...keywords) =>
      keywords
        .flatMap((keyword) => byKeyword.get(keyword) ?? [])
        .sort((a, b) => a.order - b.order)
        .map(({ setting }) => setting),
    last: (keyword) => byKeyword.get(keyword)?.at(-1)?.setting,
  };
}
