import { meta } from '../meta/meta';
import type { Meta } from '../api/types';
import { cached } from './cached';

let loading: Promise<Meta> | undefined;
/** The description of all records, kept on the phone as well. */
export function phoneMeta(): Promise<Meta> {
  if (meta.value) return Promise.resolve(meta.value);
  loading ??= cached<Meta>('/meta').then(k => (meta.value = k.data)).finally(() => { loading = undefined; });
  return loading;
}
