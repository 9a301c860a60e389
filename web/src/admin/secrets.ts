import { h } from 'vue';
import { ElMessageBox } from 'element-plus/es/components/message-box/index.mjs';
import { t } from './words';

const NAMES = ['password', 'initial_password', 'token', 'secret'];

/** Some answers carry a value that exists only now (a token, a first password): show it until it is put away. */
export async function showSecrets(answer: Record<string, unknown>): Promise<void> {
  for (const name of NAMES) {
    const v = answer[name];
    if (typeof v !== 'string' || !v || v.includes('*')) continue;
    const token = name === 'token' || name === 'secret';
    await ElMessageBox.alert(
      () => h('div', [h('p', token ? t('account.tokenOnce') : t('secret.help')), h('p', { class: 'secret mono' }, v)]) as never,
      token ? t('account.token') : t('secret.title') + ' · ' + t('secret.password'),
      { confirmButtonText: t('close'), closeOnClickModal: false, closeOnPressEscape: false, showClose: false },
    ).catch(() => undefined);
  }
}
