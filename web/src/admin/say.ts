import { ElMessage } from 'element-plus/es/components/message/index.mjs';
import { ElMessageBox } from 'element-plus/es/components/message-box/index.mjs';
import 'element-plus/es/components/message/style/css';
import 'element-plus/es/components/message-box/style/css';
import { Problem } from '../api/client';
import { t } from './words';

/** Success is a short toast; failure stays until it is read. */
export const ok = (message: string) => { ElMessage({ message, type: 'success', duration: 2500, grouping: true }); };
export function bad(e: unknown) {
  if ((e as Error)?.name === 'AbortError') return;
  const message = e instanceof Error ? e.message : String(e);
  const id = e instanceof Problem && e.status >= 500 && e.requestId ? ` (${t('err.request', { id: e.requestId })})` : '';
  ElMessage({ message: message + id, type: 'error', duration: 0, showClose: true, grouping: true });
}
/** Asks; resolves to whether the person agreed. */
export async function ask(title: string, text: string, button: string, danger = false): Promise<boolean> {
  try {
    await ElMessageBox.confirm(text, title, { confirmButtonText: button, cancelButtonText: t('cancel'), confirmButtonClass: danger ? 'el-button--danger' : '', closeOnClickModal: false });
    return true;
  } catch {
    return false;
  }
}
export async function askLeave(): Promise<boolean> {
  try {
    await ElMessageBox.confirm(t('form.leaveText'), t('form.leaveTitle'), { confirmButtonText: t('form.leave'), cancelButtonText: t('form.stay'), closeOnClickModal: false });
    return true;
  } catch {
    return false;
  }
}
