import { onBeforeUnmount, ref, shallowRef } from 'vue';
import type { Card, Scan, ScreenData, Test } from './types';

const KEEP_SCANS = 8, KEEP_TESTS = 6, REFRESH = 5 * 60_000;

/** The screen's token comes with its address, or the session's cookie does. */
function token(): string {
  const t = new URLSearchParams(location.search).get('token');
  return t ? '?token=' + encodeURIComponent(t) : '';
}

/** Same moment and product is the same event: a refresh and the stream may both bring it. */
export function newest<T extends { at_ms: number; product: string }>(x: T, list: T[], keep: number): T[] {
  if (list.some(y => y.at_ms === x.at_ms && y.product === x.product)) return list;
  return [x, ...list].sort((a, b) => b.at_ms - a.at_ms).slice(0, keep);
}
export function mergeCards(old: Card[], fresh: Card[]): Card[] {
  return old.map(c => ({ ...c, ...fresh.find(f => f.name === c.name) }));
}
/** The next 03:30 in Shanghai, and a few minutes apart so that a county's screens do not all come at once. */
export function msToReload(now: number, spread = Math.random()): number {
  const day = 86_400_000, at = (3.5 - 8) * 3_600_000;
  return ((at - (now % day)) % day + day) % day + Math.floor(spread * 600_000);
}

export function useFeed() {
  const data = shallowRef<ScreenData>(), state = ref<'connecting' | 'live' | 'lost'>('connecting'), fault = ref<'' | 'login' | 'denied' | 'failed'>(''), lit = ref('');
  let source: EventSource | undefined, again = 0, dark = 0;

  async function load() {
    try {
      const r = await fetch('/api/v1/screen' + token(), { credentials: 'same-origin' });
      if (r.ok) {
        data.value = (await r.json()) as ScreenData;
        fault.value = '';
        return true;
      }
      if (!data.value) fault.value = r.status === 401 ? 'login' : r.status === 403 ? 'denied' : 'failed';
    } catch { if (!data.value) fault.value = 'failed'; }
    return false;
  }
  const patch = (p: Partial<ScreenData>) => { if (data.value) data.value = { ...data.value, ...p }; };
  function onScan(e: MessageEvent<string>) {
    const s = JSON.parse(e.data) as Scan;
    if (!data.value) return;
    patch({ recent_scans: newest(s, data.value.recent_scans, KEEP_SCANS) });
    lit.value = s.town ?? '';
    clearTimeout(dark);
    dark = window.setTimeout(() => { lit.value = ''; }, 4000);
  }
  function onTest(e: MessageEvent<string>) { if (data.value) patch({ recent_tests: newest(JSON.parse(e.data) as Test, data.value.recent_tests, KEEP_TESTS) }); }
  function onFigures(e: MessageEvent<string>) {
    const f = JSON.parse(e.data) as { cards?: Card[] } | Card[];
    if (data.value) patch({ cards: mergeCards(data.value.cards, Array.isArray(f) ? f : f.cards ?? []) });
  }
  function connect() {
    source?.close();
    source = new EventSource('/api/v1/screen/live' + token());
    source.onopen = () => { if (state.value === 'lost') void load(); state.value = 'live'; };
    source.onerror = () => {
      state.value = data.value || state.value === 'live' ? 'lost' : state.value;
      // After an HTTP refusal the browser gives up for good: ask again ourselves.
      if (source?.readyState === EventSource.CLOSED) { clearTimeout(again); again = window.setTimeout(start, 5000); }
    };
    source.addEventListener('scan', onScan as EventListener);
    source.addEventListener('test', onTest as EventListener);
    source.addEventListener('figures', onFigures as EventListener);
    source.addEventListener('reset', () => void load());
  }
  async function start() {
    if (await load()) connect();
    else if (fault.value !== 'denied') { clearTimeout(again); again = window.setTimeout(start, 5000); }
  }
  const timer = window.setInterval(load, REFRESH);
  /** A fresh page each night, but never in place of a working one when the server is away. */
  const nightly = () => { fetch('/healthz').then(r => { if (r.ok) location.reload(); else setTimeout(nightly, 60_000); }).catch(() => setTimeout(nightly, 60_000)); };
  const night = window.setTimeout(nightly, msToReload(Date.now()));
  void start();
  onBeforeUnmount(() => { source?.close(); clearInterval(timer); clearTimeout(again); clearTimeout(dark); clearTimeout(night); });
  return { data, state, fault, lit };
}
