/* The phone's shell without network. Records never go through here: the outbox keeps what people write. */
const FILES = __FILES__;
const CACHE = 'ezhen-m-__VERSION__';

self.addEventListener('install', e => {
	e.waitUntil(caches.open(CACHE).then(c => c.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener('activate', e => {
	e.waitUntil(caches.keys()
		.then(names => Promise.all(names.filter(n => n.startsWith('ezhen-m-') && n !== CACHE).map(n => caches.delete(n))))
		.then(() => self.clients.claim()));
});
self.addEventListener('fetch', e => {
	const url = new URL(e.request.url);
	if (e.request.method !== 'GET' || url.origin !== location.origin) return;
	if (e.request.mode === 'navigate' && url.pathname === '/m/') {
		e.respondWith(caches.match('/m/').then(hit => hit || fetch(e.request)));
	} else if (FILES.includes(url.pathname)) {
		e.respondWith(caches.match(url.pathname).then(hit => hit || fetch(e.request)));
	}
});
