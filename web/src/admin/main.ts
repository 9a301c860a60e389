import { createApp } from 'vue';
import '../style/tokens.css';
import '../style/element.css';
import '../style/admin.css';
import zhCommon from '../i18n/common.zh';
import zh from './words.zh';
import { startWords, lang } from '../i18n/t';
import { t } from './words';
import { onSessionEnd, setFailureWords } from '../api/client';
import { loadSession, session, sessionEnded } from '../shared/session';
import { loadMeta } from '../meta/meta';
import { router } from './router';
import App from './App.vue';

async function start() {
  const locale = import(lang === 'en' ? 'element-plus/es/locale/lang/en' : 'element-plus/es/locale/lang/zh-cn');
  await startWords([zhCommon, zh], async () => [(await import('../i18n/common.en')).default, (await import('./words.en')).default]);
  setFailureWords({ offline: t('net.offline'), failed: t('net.failed') });
  onSessionEnd(() => { if (session.value) sessionEnded.value = true; });
  let failure = '';
  // Both at once: with a living session this saves a round trip, without one the answer is a cheap 401.
  await Promise.all([loadSession(), loadMeta().catch(() => undefined)]).catch(e => { failure = (e as Error).message; });
  if (session.value && !session.value.must_change) await loadMeta().catch(e => { failure = (e as Error).message; });
  createApp(App, { failure, locale: (await locale).default }).use(router).mount('#app');
}
void start();
