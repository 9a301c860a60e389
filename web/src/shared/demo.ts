/** Whether the installation says that it carries demonstration data; asked before anybody has logged in. */
export async function demoServer(): Promise<boolean> {
  try {
    return (await fetch('/healthz')).headers.get('X-Ezhen-Demo') === '1';
  } catch {
    return false;
  }
}
