/** The date-time of RFC 5322 section 3.3, written: `Sun, 22 Nov 2026 10:15:00 +0000`. Reading is not here. */

const DAYS: readonly string[] = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS: readonly string[] = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `zoneMinutes` is minutes east of UTC, default 0. Throws RangeError for a Date without a time. */
export function formatDateTime(at: Date, zoneMinutes = 0): string {
  const shifted = new Date(at.getTime() + zoneMinutes * 60_000);
  // The first thing that throws for an invalid Date.
  const time = shifted.toISOString().slice(11, 19);
  const day = DAYS[shifted.getUTCDay()];
  const month = MONTHS[shifted.getUTCMonth()];
  const year = String(shifted.getUTCFullYear()).padStart(4, '0');
  return `${day}, ${shifted.getUTCDate()} ${month} ${year} ${time} ${formatZone(zoneMinutes)}`;
}

function formatZone(minutes: number): string {
  const size = Math.abs(minutes);
  const digits = [Math.trunc(size / 60), size % 60].map((n) => String(n).padStart(2, '0')).join('');
  return `${minutes < 0 ? '-' : '+'}${digits}`;
}
