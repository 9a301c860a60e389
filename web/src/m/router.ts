import { createRouter, createWebHashHistory } from 'vue-router';
import { session } from '../shared/session';
import Home from './pages/Home.vue';

export const router = createRouter({
  history: createWebHashHistory('/m/'),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', component: Home },
    { path: '/login', component: () => import('./pages/Login.vue') },
    { path: '/record', component: () => import('./pages/Record.vue') },
    { path: '/outbox', component: () => import('./pages/Outbox.vue') },
    { path: '/scan', component: () => import('./pages/Scan.vue') },
    { path: '/event', component: () => import('./pages/Event.vue') },
    { path: '/test', component: () => import('./pages/Test.vue') },
    { path: '/messages', component: () => import('./pages/Messages.vue') },
    { path: '/me', component: () => import('./pages/Me.vue') },
    { path: '/password', component: () => import('./pages/Password.vue') },
    { path: '/l/:resource', component: () => import('./pages/List.vue'), props: true },
    { path: '/d/:resource/:id', component: () => import('./pages/Detail.vue'), props: true },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
});
router.beforeEach(to => {
  if (to.path === '/login') return session.value && !session.value.must_change ? '/' : true;
  if (!session.value) return { path: '/login', query: to.path === '/' ? {} : { next: to.fullPath } };
  return session.value.must_change && to.path !== '/password' ? '/password' : true;
});
