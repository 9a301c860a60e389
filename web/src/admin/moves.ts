import { h, reactive } from 'vue';
import { ElMessageBox } from 'element-plus/es/components/message-box/index.mjs';
import { call, newKey } from '../api/client';
import type { Move, Resource, Row } from '../api/types';
import { L } from '../i18n/t';
import { t } from './words';

/** The moves this reader may do with this row now, in the order of the declaration. */
export function movesOf(r: Resource, row: Row): Move[] {
  return (r.moves ?? []).filter(m => row._may?.includes(m.name));
}

/** Asks for confirmation and, where wanted, a comment. undefined when the person changed their mind. */
export async function askMove(r: Resource, m: Move, title: string): Promise<string | undefined> {
  const text = L(m.confirm) || t('move.confirm', { title, to: L(r.states?.find(s => s.value === m.to)?.label) || m.to });
  const o = { confirmButtonText: L(m.title), cancelButtonText: t('cancel'), confirmButtonClass: m.danger ? 'el-button--danger' : '', closeOnClickModal: false };
  try {
    if (!m.comment) {
      await ElMessageBox.confirm(text, L(m.title), o);
      return '';
    }
    const s = reactive({ text: '' });
    await ElMessageBox({
      ...o,
      title: L(m.title),
      showCancelButton: true,
      message: () => h('div', { class: 'move-ask' }, [
        h('p', text),
        h('label', { for: 'move-comment' }, t('move.comment')),
        h('textarea', { id: 'move-comment', rows: 3, maxlength: 500, 'aria-describedby': 'move-hint', value: s.text, onInput: (e: Event) => { s.text = (e.target as HTMLTextAreaElement).value; } }),
        h('p', { id: 'move-hint', class: 'hint' }, t('move.commentHint')),
      ]),
      beforeClose: (action, box, done) => {
        if (action === 'confirm' && !s.text.trim()) {
          document.getElementById('move-hint')!.textContent = t('move.needComment');
          document.getElementById('move-hint')!.className = 'hint bad';
          document.getElementById('move-comment')!.focus();
          box.confirmButtonLoading = false;
        } else done();
      },
    });
    return s.text.trim();
  } catch {
    return undefined;
  }
}

export function runMove(r: Resource, row: Row, m: Move, comment: string): Promise<Row> {
  return call<Row>('POST', `/${r.name}/${row.id}/${m.name}`, { body: { version: row.version, ...(comment ? { comment } : {}) }, key: newKey() });
}
