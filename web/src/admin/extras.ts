import { call, newKey } from '../api/client';
import type { Resource, Row } from '../api/types';
import { can } from '../shared/session';
import { showSecrets } from './secrets';
import { ask, ok } from './say';
import { t } from './words';

/** Acts that are routes of their own, not moves of the declaration. */
export interface Extra { name: string; title: string; danger?: boolean; run(): Promise<void> }

export function extrasOf(r: Resource, row: Row, title: string): Extra[] {
  if (r.name !== 'users' || !can('org.accounts')) return [];
  const path = `/users/${row.id}`;
  return [
    { name: 'reset', title: t('user.reset'), async run() {
      if (!(await ask(t('user.reset'), t('user.resetAsk', { title }), t('user.reset')))) return;
      await showSecrets(await call<Record<string, unknown>>('POST', `${path}/reset-password`, { key: newKey() }));
    } },
    { name: 'out', title: t('user.out'), danger: true, async run() {
      if (!(await ask(t('user.out'), t('user.outAsk', { title }), t('user.out'), true))) return;
      await call('POST', `${path}/end-sessions`);
      ok(t('done'));
    } },
    ...(row.second_factor ? [{ name: 'totp', title: t('user.totp'), danger: true, async run() {
      if (!(await ask(t('user.totp'), t('user.totpAsk', { title }), t('user.totp'), true))) return;
      await call('DELETE', `${path}/totp`);
      ok(t('done'));
    } }] : []),
  ];
}
