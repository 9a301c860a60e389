import { field, resource } from '../meta/meta';
import { format } from '../meta/format';
import { L } from '../i18n/t';

/** The words of a choice, from the metadata. */
export function labelOf(r: string, name: string, value: unknown): string {
  const res = resource(r), f = field(res, name);
  return f ? format(f, value, undefined, res?.states) : String(value ?? '');
}
export const optionsOf = (r: string, name: string) => (field(resource(r), name)?.options ?? []).map(o => ({ value: o.value, label: L(o.label) }));
export const nameOf = (r: string) => L(resource(r)?.title) || r;
