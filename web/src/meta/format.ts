import type { Field, Labels, Option, Point, Tone } from '../api/types';
import { L } from '../i18n/t';
import { t } from '../i18n/common';
import { showScaled } from './scaled';
import { showTime } from './time';

export const isEmpty = (v: unknown) => v == null || v === '' || (Array.isArray(v) && !v.length);

export const scaleOf = (f: Field): number => f.scale ?? (f.type === 'money' || f.type === 'rate' ? 2 : f.type === 'quantity' ? 3 : 0);
export const isNumber = (f: Field) => f.type === 'int' || f.type === 'quantity' || f.type === 'money' || f.type === 'rate';

export function optionOf(f: Field, v: unknown, states?: Option[] | null): Option | undefined {
  const list = f.options?.length ? f.options : f.type === 'state' ? states : null;
  return list?.find(o => o.value === v);
}
export const toneOf = (f: Field, v: unknown, states?: Option[] | null): Tone | undefined => {
  const o = optionOf(f, v, states);
  return o?.tone || (f.type === 'state' && o ? 'info' : undefined);
};

/** The unit in the reader's language; fields may name another field of the row that holds it. */
export function unitOf(f: Field, row?: Record<string, unknown>, all?: Field[]): string {
  if (f.type === 'rate') return '%';
  if (f.type === 'money') return L({ zh: '元', en: 'CNY' });
  if (f.unitField && row && all) {
    const u = all.find(x => x.name === f.unitField);
    return u && row[f.unitField] ? L(optionOf(u, row[f.unitField])?.label ?? String(row[f.unitField])) : '';
  }
  return f.unit ? L(f.unit) : '';
}

/** The label heading: unit in brackets when it is the same for every row. */
export function headOf(f: Field): string {
  const unit = f.unitField ? '' : unitOf(f);
  return L(f.title) + (unit ? L({ zh: `（${unit}）`, en: ` (${unit})` }) : '');
}

/** A row the reader may not see has no name for them: the end of its key is enough to tell two apart. */
export const hidden = (key: unknown) => '#' + String(key).slice(-6);

export const showPoint = (p: Point) => `${p.lng.toFixed(6)}, ${p.lat.toFixed(6)}`;

export function showNumber(f: Field, v: number): string {
  if (f.type === 'rate') return showScaled(v, scaleOf(f), true);
  return showScaled(v, scaleOf(f), f.type === 'money');
}

/** One value as people read it, without its unit. */
export function format(f: Field, v: unknown, labels?: Labels, states?: Option[] | null): string {
  if (isEmpty(v)) return t('none');
  switch (f.type) {
    case 'bool': return v ? t('yes') : t('no');
    case 'int': case 'quantity': case 'money': case 'rate': return typeof v === 'number' ? showNumber(f, v) : String(v);
    case 'time': return typeof v === 'number' ? showTime(v) : String(v);
    case 'enum': case 'state': return L(optionOf(f, v, states)?.label ?? String(v));
    case 'ref': return labels?.[f.ref ?? '']?.[String(v)] ?? hidden(v);
    case 'division': return labels?.divisions?.[String(v)] ?? String(v);
    case 'geo': return showPoint(v as Point);
    case 'json': return typeof v === 'string' ? v : JSON.stringify(v);
    case 'files': case 'lines': return String((v as unknown[]).length);
    default: return String(v);
  }
}

export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  if (n < 1024 * 1024) return `${(n / 1024).toFixed(0)} kB`;
  return `${(n / 1024 / 1024).toFixed(1)} MB`;
}
