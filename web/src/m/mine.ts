import type { Labels, Page, Row } from '../api/types';
import { addDays, readTime, showDate, today } from '../meta/time';
import { cached, type Kept } from './cached';

/** What the phone's first page is made of: growing crops, the latest work, and what follows from both. */
export interface Cycle { id: string; name: string; plot: string; product: string; state: string; expected?: string; safe?: string }
export const CYCLES = '/crop-cycles?state.in=growing,harvesting&limit=100&labels=1';
export const OPERATIONS = '/farm-operations?sort=-done_ms&limit=50&labels=1';
export const INPUTS = '/farm-inputs?limit=200';

const label = (l: Labels | undefined, r: string, id: unknown) => l?.[r]?.[String(id ?? '')] ?? '';

export async function myCycles(): Promise<Kept<Cycle[]>> {
  const k = await cached<Page>(CYCLES);
  return { ...k, data: k.data.items.map(x => ({ id: x.id, name: String(x.name ?? ''), plot: label(k.data.labels, 'plots', x.plot_id), product: label(k.data.labels, 'products', x.product_id), state: String(x.state), expected: (x.expected_on as string) || undefined, safe: (x.safe_on as string) || undefined })) };
}

export interface Task { id: string; cycle: string; title: string; kind: 'harvest' | 'due' | 'wait' | 'silent' | 'never'; date?: string; days?: number }
const SILENT_DAYS = 14, SOON_DAYS = 7;

/** Today's tasks out of the crops and the newest work on each; at most one a crop, the most pressing first. */
export function tasksOf(cycles: Cycle[], operations: Row[], now = Date.now(), complete = operations.length < 50): Task[] {
  const day = today(now), last = new Map<string, number>();
  for (const o of operations) last.set(String(o.cycle_id), Math.max(last.get(String(o.cycle_id)) ?? 0, Number(o.done_ms)));
  const rank = { due: 0, wait: 1, harvest: 2, never: 3, silent: 4 };
  return cycles.flatMap<Task>(c => {
    const t = { id: c.id, cycle: c.id, title: [c.product, c.plot].filter(Boolean).join(' · ') || c.name };
    const near = !!c.expected && c.expected <= addDays(day, SOON_DAYS);
    if (c.safe && c.safe > day && near) return [{ ...t, kind: 'wait', date: c.safe }];
    if (near) return [{ ...t, kind: c.expected! <= day ? 'due' : 'harvest', date: c.expected }];
    const at = last.get(c.id);
    if (!at) return complete ? [{ ...t, kind: 'never' }] : [];
    const days = Math.floor((readTime(day) - readTime(showDate(at))) / 86_400_000);
    return days >= SILENT_DAYS ? [{ ...t, kind: 'silent', days }] : [];
  }).sort((a, b) => rank[a.kind] - rank[b.kind] || (a.date ?? '').localeCompare(b.date ?? ''));
}

export const STEPS = ['sow', 'fertilise', 'irrigate', 'pest_control', 'weed', 'prune', 'harvest', 'other'] as const;
