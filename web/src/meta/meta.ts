import { shallowRef } from 'vue';
import { get } from '../api/client';
import { format } from './format';
import type { Field, Labels, Meta, Resource, Row } from '../api/types';

export const meta = shallowRef<Meta>();
let loading: Promise<Meta> | undefined;

export function loadMeta(): Promise<Meta> {
  loading ??= get<Meta>('/meta').then(m => (meta.value = m)).catch(e => { loading = undefined; throw e; });
  return loading;
}
export function forgetMeta() { loading = undefined; meta.value = undefined; }

export const resource = (name?: string | null): Resource | undefined => meta.value?.resources.find(r => r.name === name);
export const field = (r: Resource | undefined, name: string): Field | undefined => r?.fields.find(f => f.name === name);
export const stateField = (r: Resource): Field | undefined => r.fields.find(f => f.type === 'state');

export function titleOf(r: Resource, row: Record<string, unknown>, labels?: Labels): string {
  const v = row[r.titleField];
  const f = field(r, r.titleField);
  if (v == null || v === '') return `#${String(row.id)}`;
  return f ? format(f, v, labels, r.states) : String(v);
}

/** Resources that point at this one, with the field that does. */
export function relatedTo(name: string): { r: Resource; f: Field }[] {
  const out: { r: Resource; f: Field }[] = [];
  for (const r of meta.value?.resources ?? []) {
    for (const f of r.fields) if (f.type === 'ref' && f.ref === name && !f.private) out.push({ r, f });
  }
  return out;
}

/** Adds what a later answer knows. */
export function mergeLabels(into: Labels, more?: Labels): Labels {
  for (const [k, v] of Object.entries(more ?? {})) into[k] = { ...into[k], ...v };
  return into;
}

export const may = (row: Row | undefined, what: string): boolean => !!row?._may?.includes(what);
