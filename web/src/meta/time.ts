/** Business time is Asia/Shanghai, UTC+8 without summer time, wherever the browser thinks it is. */
import { t } from '../i18n/common';

const H8 = 8 * 3600_000;
const two = (n: number) => String(n).padStart(2, '0');

export function showDate(ms: number): string {
  const d = new Date(ms + H8);
  return `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`;
}
export function showTime(ms: number, seconds = false): string {
  const d = new Date(ms + H8);
  return `${showDate(ms)} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}${seconds ? ':' + two(d.getUTCSeconds()) : ''}`;
}
export const showClock = (ms: number, seconds = true) => showTime(ms, seconds).slice(11);

/** "2026-03-15 08:30[:00]" or "2026-03-15" → ms; NaN when it is no such moment. */
export function readTime(text: string): number {
  const m = text.match(/^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?$/);
  if (!m) return NaN;
  const ms = Date.UTC(+m[1], +m[2] - 1, +m[3], +(m[4] ?? 0), +(m[5] ?? 0), +(m[6] ?? 0)) - H8;
  return showDate(ms) === m[0].slice(0, 10) ? ms : NaN;
}
export const today = (now = Date.now()) => showDate(now);
export function addDays(date: string, days: number): string {
  return showDate(readTime(date) + days * 86_400_000);
}

export function ago(ms: number, now = Date.now()): string {
  const min = Math.floor((now - ms) / 60_000);
  if (min < 1) return t('time.justNow');
  if (min < 60) return t('time.minutes', { n: min });
  if (min < 60 * 24 && showDate(ms) === showDate(now)) return t('time.hours', { n: Math.floor(min / 60) });
  if (showDate(ms) === addDays(showDate(now), -1)) return t('time.yesterday', { t: showTime(ms).slice(11) });
  return showTime(ms);
}
