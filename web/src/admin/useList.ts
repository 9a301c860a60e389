import { computed, ref, shallowRef, watch } from 'vue';
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router';
import { get, query } from '../api/client';
import type { Field, Page, Resource, Row } from '../api/types';

/** Everything in the address that is a filter: plain words go to the server as they are. */
const OWN = new Set(['after', 'page', 'limit', 'sort']);

/** The rows of a resource as the address asks for them: filters, order and page live in the URL, so Back works. */
export function useList(name: () => string, r: () => Resource | undefined) {
  const route = useRoute(), router = useRouter();
  const page = shallowRef<Page>(), busy = ref(false), slow = ref(false), error = shallowRef<Error>();
  const picked = ref(new Set<string>());
  /** Cursors by page number, for going back; lost on reload, then Back of the browser or the first page help. */
  let cursors: Record<number, string> = {};
  let stop: AbortController | undefined;

  const q = (k: string) => (typeof route.query[k] === 'string' ? (route.query[k] as string) : '');
  const limit = computed(() => Math.min(200, Math.max(1, Number(q('limit')) || 20)));
  const number = computed(() => Math.max(1, Number(q('page')) || 1));
  const sort = computed(() => q('sort') || r()?.defaultSort || '-id');
  const filters = computed<Record<string, string>>(() => Object.fromEntries(Object.keys(route.query).filter(k => !OWN.has(k) && q(k) !== '').map(k => [k, q(k)])));
  const filtered = computed(() => Object.keys(filters.value).length > 0);
  const path = (extra: Record<string, unknown> = {}) => `/${name()}` + query({ ...filters.value, sort: q('sort'), ...extra });

  async function load() {
    if (!r()) return;
    stop?.abort();
    const mine = (stop = new AbortController());
    busy.value = true;
    slow.value = false;
    const timer = setTimeout(() => { slow.value = true; }, 200);
    try {
      const p = await get<Page>(path({ limit: limit.value, after: q('after'), count: 1, labels: 1 }), mine.signal);
      page.value = p;
      error.value = undefined;
      picked.value = new Set([...picked.value].filter(id => p.items.some(x => x.id === id)));
      if (p.next) cursors[number.value + 1] = p.next;
    } catch (e) {
      if ((e as Error).name !== 'AbortError') error.value = e as Error;
    } finally {
      clearTimeout(timer);
      if (mine === stop) { busy.value = false; slow.value = false; }
    }
  }
  function go(change: LocationQueryRaw, keepPage = false) {
    const next: LocationQueryRaw = { ...route.query, ...(keepPage ? {} : { after: undefined, page: undefined }), ...change };
    if (!keepPage) cursors = {};
    for (const k of Object.keys(next)) if (next[k] === '' || next[k] == null) delete next[k];
    return router.push({ query: next });
  }
  const nextPage = () => go({ after: page.value?.next ?? undefined, page: String(number.value + 1) }, true);
  const prevPage = () => (number.value === 2 ? go({ after: undefined, page: undefined }, true) : cursors[number.value - 1] ? go({ after: cursors[number.value - 1], page: String(number.value - 1) }, true) : router.back());
  const clear = () => router.push({ query: { sort: route.query.sort, limit: route.query.limit } });
  function sortBy(f: Field) {
    const now = sort.value;
    return go({ sort: now === f.name ? '-' + f.name : now === '-' + f.name ? undefined : f.name });
  }
  const rows = computed<Row[]>(() => page.value?.items ?? []);
  const chosen = computed(() => rows.value.filter(x => picked.value.has(x.id)));

  watch(() => [name(), r()], ([n], old) => { if (old && n !== old[0]) { page.value = undefined; picked.value = new Set(); cursors = {}; } }, { flush: 'sync' });
  watch(() => [name(), r(), JSON.stringify(route.query)], () => { if (route.params.resource === name()) void load(); }, { immediate: true });
  return { page, rows, busy, slow, error, picked, chosen, limit, number, sort, filters, filtered, path, load, go, nextPage, prevPage, clear, sortBy };
}
