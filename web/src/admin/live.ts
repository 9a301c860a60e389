import { reactive, ref, shallowRef } from 'vue';
import { get } from '../api/client';
import type { Job, Notice } from '../api/types';

/** One stream a page: jobs and notices as they happen. Without it the pages still work, they only ask less often. */
export const unread = ref(0);
export const live = reactive({ on: false, running: 0 });
export const lastJob = shallowRef<Job>();
export const lastNotice = shallowRef<unknown>();
let source: EventSource | undefined, timer = 0;
const running = new Set<string>();

export const isRead = (n: Notice) => n.read === true || n.read_ms != null;

export async function countNotices() {
  try {
    const r = await get<{ items: Notice[]; unread?: number }>('/notices');
    unread.value = r.unread ?? r.items.filter(n => !isRead(n)).length;
  } catch { /* the bell keeps its last number */ }
}
function onJob(e: MessageEvent<string>) {
  const j = JSON.parse(e.data) as Job;
  lastJob.value = j;
  if (j.state === 'running' || j.state === 'queued') running.add(j.id); else running.delete(j.id);
  live.running = running.size;
}
function onNotice(e: MessageEvent<string>) {
  try { lastNotice.value = JSON.parse(e.data); } catch { lastNotice.value = {}; }
  void countNotices();
}
export function startLive() {
  stopLive();
  void countNotices();
  timer = window.setInterval(countNotices, 120_000);
  source = new EventSource('/api/v1/live?topics=jobs,notices');
  source.onopen = () => { live.on = true; };
  source.onerror = () => { live.on = false; };
  for (const name of ['job', 'jobs']) source.addEventListener(name, onJob as EventListener);
  for (const name of ['notice', 'notices']) source.addEventListener(name, onNotice as EventListener);
}
export function stopLive() {
  source?.close();
  source = undefined;
  clearInterval(timer);
  live.on = false;
}
