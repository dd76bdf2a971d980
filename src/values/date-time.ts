/** The date-time of RFC 5322 section 3.3, written: `Sun, 22 Nov 2026 10:15:00 +0000`. Reading is not here. */

const DAYS: readonly string[] = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS: readonly string[] = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `zoneMinutes` is minutes east of UTC, default 0. Throws RangeError for a Date without a time. */
export function formatDateTime(at: Date, zoneMinutes = 0): string {
  const ms = at.getTime() + zoneMinutes * 60_000;
  const shifted = new Date(ms);
  if (Number.isNaN(shifted.getTime())) throw new RangeError('Invalid time value');
  const day = DAYS[shifted.getUTCDay()];
  const month = MONTHS[shifted.getUTCMonth()];
  const year = String(shifted.getUTCFullYear()).padStart(4, '0');
  const time = `${twoDigits(shifted.getUTCHours())}:${twoDigits(shifted.getUTCMinutes())}:${twoDigits(shifted.getUTCSeconds())}`;
  return `${day}, ${shifted.getUTCDate()} ${month} ${year} ${time} ${formatZone(zoneMinutes)}`;
}

function formatZone(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${twoDigits(Math.trunc(size / 60))}${twoDigits(size % 60)}`;
}

function twoDigits(n: number): string {
  return n < 10 ? `0${n}` : String(n);
}
