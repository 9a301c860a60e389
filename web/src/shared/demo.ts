/** Whether the installation says that it carries demonstration data; asked before anybody has logged in. */
export async function demoServer(): Promise<boolean> {
  try {
    const r = await fetch('/healthz', { headers: { Accept: 'application/json' } });
    const text = await r.text();
    return text.startsWith('{') && JSON.parse(text).demo === true;
  } catch {
    return false;
  }
}
