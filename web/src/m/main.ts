import { createApp } from 'vue';
import '../style/tokens.css';
import '../style/vant.css';
import '../style/m.css';
import zhCommon from '../i18n/common.zh';
import zh from './words.zh';
import { startWords } from '../i18n/t';
import { onSessionEnd, Problem, setFailureWords } from '../api/client';
import { loadSession, restoreSession, session, sessionEnded } from '../shared/session';
import type { Session } from '../api/types';
import { recall, remember } from './cached';
import { startQueue } from './queue';
import { router } from './router';
import { t } from './words';
import App from './App.vue';

async function start() {
  await startWords([zhCommon, zh], async () => [(await import('../i18n/common.en')).default, (await import('./words.en')).default]);
  setFailureWords({ offline: t('net.offline'), failed: t('net.failed') });
  onSessionEnd(() => { if (session.value) sessionEnded.value = true; });
  try {
    const s = await loadSession();
    if (s) await remember('/session', s).catch(() => undefined);
  } catch (e) {
    // Without network the last session on this phone is enough to go on recording; the server decides later.
    if (e instanceof Problem && e.passing) {
      const s = await recall<Session>('/session').catch(() => undefined);
      if (s) restoreSession(s);
    }
  }
  createApp(App).use(router).mount('#app');
  await startQueue().catch(() => undefined);
  if (import.meta.env.PROD && 'serviceWorker' in navigator) navigator.serviceWorker.register('/m/sw.js', { scope: '/m/' }).catch(() => undefined);
}
void start();
