import type { Field, Point } from '../api/types';
import { L } from '../i18n/t';
import { t } from '../i18n/common';
import { isEmpty, isNumber, showNumber } from './format';
import { readTime } from './time';

type Values = Record<string, unknown>;

export const isRequired = (f: Field, all: Values): boolean =>
  !!f.required || (!!f.requiredWhen && f.requiredWhen.is.includes(String(all[f.requiredWhen.field] ?? '')));

/** GB 11643-1999: 17 digits and an ISO 7064 MOD 11-2 check character. */
export function idnoOk(s: string): boolean {
  if (!/^\d{17}[\dXx]$/.test(s)) return false;
  if (Number.isNaN(readTime(`${s.slice(6, 10)}-${s.slice(10, 12)}-${s.slice(12, 14)}`))) return false;
  const w = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = w.reduce((n, x, i) => n + x * Number(s[i]), 0);
  return '10X98765432'[sum % 11] === s[17].toUpperCase();
}

/** GB 32100-2015: 18 characters, weights 3^i mod 31. */
export function usccOk(s: string): boolean {
  const set = '0123456789ABCDEFGHJKLMNPQRTUWXY';
  if (s.length !== 18) return false;
  let sum = 0;
  let w = 1;
  for (let i = 0; i < 17; i++) {
    const v = set.indexOf(s[i]);
    if (v < 0) return false;
    sum += v * w;
    w = (w * 3) % 31;
  }
  return set[(31 - (sum % 31)) % 31] === s[17];
}

export const phoneOk = (s: string) => /^1[3-9]\d{9}$/.test(s.replace(/[\s-]/g, '').replace(/^\+?86/, '')) || /^(0\d{2,3}-?)?[2-9]\d{6,7}$/.test(s) || /^400-?\d{3}-?\d{4}$/.test(s);

/** A masked value shown back to us is not ours to judge. */
const masked = (s: string) => s.includes('*');

function checkText(f: Field, s: string): string {
  if (f.maxLength && [...s].length > f.maxLength) return t('v.maxLength', { n: f.maxLength, has: [...s].length });
  if (masked(s) && f.private) return '';
  switch (f.type) {
    case 'phone': return phoneOk(s) ? '' : t('v.phone');
    case 'idno': return idnoOk(s) ? '' : t('v.idno');
    case 'uscc': return usccOk(s.toUpperCase()) ? '' : t('v.uscc');
    case 'email': return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(s) ? '' : t('v.email');
    case 'url': return /^https?:\/\/[^\s/]+/.test(s) ? '' : t('v.url');
    case 'code': return /^[A-Za-z0-9-]+$/.test(s) ? '' : t('v.code');
    case 'date': return Number.isNaN(readTime(s)) || s.length !== 10 ? t('v.date') : '';
    default: return '';
  }
}

/** The rules the server enforces, as far as one field can tell; '' when the value is fine. */
export function check(f: Field, v: unknown, all: Values): string {
  if (isEmpty(v)) {
    if (!isRequired(f, all) || f.type === 'bool') return '';
    const name = L(f.title);
    if (f.type === 'file' || f.type === 'files') return t('v.upload', { name });
    return ['enum', 'ref', 'division', 'date', 'time'].includes(f.type) ? t('v.choose', { name }) : t('v.required', { name });
  }
  if (isNumber(f)) {
    if (typeof v !== 'number' || !Number.isSafeInteger(v)) return t('v.number');
    const bounded = f.min != null && f.max != null ? f.max > f.min : true;
    if (bounded && f.min != null && v < f.min) return t('v.min', { n: showNumber(f, f.min) });
    if (bounded && f.max != null && v > f.max) return t('v.max', { n: showNumber(f, f.max) });
    return '';
  }
  if (f.type === 'geo') {
    const p = v as Point;
    return Math.abs(p.lng) <= 180 && Math.abs(p.lat) <= 90 ? '' : t('v.geo');
  }
  if (f.type === 'lines') return checkLines(f, v as Values[]);
  return typeof v === 'string' ? checkText(f, v) : '';
}

function checkLines(f: Field, rows: Values[]): string {
  for (let i = 0; i < rows.length; i++) {
    for (const c of f.fields ?? []) {
      const why = c.readOnly ? '' : check(c, rows[i][c.name], rows[i]);
      if (why) return t('v.lines', { row: i + 1, name: L(c.title), why });
    }
  }
  return '';
}

/** Every message of a form, by field. */
export function checkAll(fields: Field[], values: Values): Record<string, string> {
  const out: Record<string, string> = {};
  for (const f of fields) {
    const m = check(f, values[f.name], values);
    if (m) out[f.name] = m;
  }
  return out;
}
